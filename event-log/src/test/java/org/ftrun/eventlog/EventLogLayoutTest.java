package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class EventLogLayoutTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({
    "1048576, 4096",
    "4194304, 4096",
    "8388608, 8192",
    "67108864, 65536",
    "1073741824, 1048576",
    "4294967296, 1048576"
  })
  void shouldChooseSlotsWhenGivenPayloadBytes(long payloadBytes, int slots) {
    assertThat(EventLogLayout.ofPayload(payloadBytes))
        .isEqualTo(new EventLogLayout(slots, payloadBytes));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1048576",
    "-64, 1048576",
    "32, 1048576",
    "100, 1048576",
    "2097152, 1048576",
    "64, 0",
    "64, 524288",
    "64, 1048577",
    "64, 3145728",
    "64, 8589934592",
    "64, -9223372036854775808"
  })
  void shouldRefuseWhenSizeIsOutOfRangeOrNoPowerOfTwo(int slots, long payloadBytes) {
    assertThatThrownBy(() -> new EventLogLayout(slots, payloadBytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be a power of two from");
  }

  @Test
  void shouldPutHeaderSlotsAndPayloadBehindEachOther() {
    EventLogLayout layout = new EventLogLayout(64, MIB);
    assertThat(layout.slotOffset(0)).isEqualTo(4096);
    assertThat(layout.slotOffset(63)).isEqualTo(4096 + 63 * 64);
    assertThat(layout.slotOffset(64)).isEqualTo(4096);
    assertThat(layout.slotOffset(Long.MAX_VALUE)).isEqualTo(4096 + 63 * 64);
    assertThat(layout.payloadOffset()).isEqualTo(4096 + 64 * 64);
    assertThat(layout.totalBytes()).isEqualTo(4096 + 64 * 64 + MIB);
  }

  @Test
  void shouldAlignPayloadToPagesWhenSlotsAreFewOrMany() {
    for (int slots = EventLogLayout.MIN_SLOTS; slots <= EventLogLayout.MAX_SLOTS; slots *= 2) {
      assertThat(new EventLogLayout(slots, MIB).payloadOffset() % 4096).isZero();
    }
  }

  @Test
  void shouldGiveEachSharedWordItsOwnCacheLine() {
    List<Integer> offsets = new ArrayList<>();
    offsets.add(EventLogLayout.MAGIC_OFFSET);
    offsets.add(EventLogLayout.CURSOR_OFFSET);
    offsets.add(EventLogLayout.ACTIVE_CONSUMERS_OFFSET);
    for (Consumer consumer : Consumer.values()) {
      offsets.add(consumer.sequenceOffset());
    }
    for (int i = 0; i < EventLogLayout.ROLE_WORDS; i++) {
      offsets.add(EventLogLayout.roleWordOffset(i));
    }
    assertThat(offsets)
        .allMatch(offset -> offset % EventLogLayout.CACHE_LINE_BYTES == 0)
        .allMatch(offset -> offset < EventLogLayout.HEADER_BYTES)
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseWhenRoleWordDoesNotExist() {
    assertThatThrownBy(() -> EventLogLayout.roleWordOffset(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> EventLogLayout.roleWordOffset(16))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldSpellTheMagicWhenReadAsBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(EventLogLayout.MAGIC);
    assertThat(new String(bytes.array(), StandardCharsets.US_ASCII)).isEqualTo("ftrunlog");
  }

  @Test
  void shouldKnowEveryKindByItsCodeAndNoOther() {
    for (int code = Byte.MIN_VALUE; code <= Byte.MAX_VALUE; code++) {
      EventKind kind = EventKind.of((byte) code);
      if (kind != EventKind.INVALID) {
        assertThat(kind.code()).isEqualTo((byte) code);
      }
    }
    for (EventKind kind : EventKind.values()) {
      assertThat(EventKind.of(kind.code())).isEqualTo(kind);
    }
    assertThat(EventKind.of((byte) EventKind.values().length)).isEqualTo(EventKind.INVALID);
    assertThat(EventKind.of((byte) -1)).isEqualTo(EventKind.INVALID);
  }
}
