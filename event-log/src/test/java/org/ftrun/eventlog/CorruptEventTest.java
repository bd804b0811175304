package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service can write anything anywhere in the log. */
@Timeout(30)
class CorruptEventTest {
  private static final int SLOTS = 64;
  private static final int RING = 1 << 20;
  private static final int SEGMENT = 1 << 16;

  private LogFile file;
  private EventLog log;
  private EventLogWriter writer;

  @BeforeEach
  void makeLog() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(SLOTS, RING), SEGMENT);
    writer = log.writer();
    writer.activate(Consumer.REPLICA);
  }

  @AfterEach
  void deleteFile() throws IOException {
    file.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1, kind",
    "0, 11, 1, kind",
    "0, 255, 1, kind",
    "24, -8, 8, payload position",
    "24, 4, 8, payload position",
    "24, 65536, 8, ",
    "24, 65528, 8, payload position",
    "32, -1, 4, payload length",
    "32, 65537, 4, payload length",
    "32, 65536, 4, ",
    "56, 1, 8, sequence",
    "56, -1, 8, sequence"
  })
  void shouldNameTheFieldWhenItCannotBeTrue(int offset, long value, int bytes, String field)
      throws IOException {
    publish(100);
    ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    file.channel().write(word.limit(bytes), log.layout().slotOffset(0) + offset);
    EventReader reader = log.reader(Consumer.REPLICA);
    if (field == null) {
      assertThat(reader.peek().valid()).isTrue();
      return;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(reader::peek)
          .isInstanceOfSatisfying(
              CorruptEventException.class,
              e -> {
                assertThat(e.sequence()).isZero();
                assertThat(e.field()).isEqualTo(field);
              })
          .hasMessageStartingWith("corrupt event 0: " + field);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, -2, 64, 1L << 40})
  void shouldThrowWhenTheCursorCannotBeTrue(long value) {
    EventReader reader = log.reader(Consumer.REPLICA);
    log.cursor().set(value);
    assertThatThrownBy(reader::peek).isInstanceOf(CorruptEventException.class);
    assertThatThrownBy(reader::lag).isInstanceOf(CorruptEventException.class);
    assertThatThrownBy(reader::skipToCursor).isInstanceOf(CorruptEventException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, -2})
  void shouldThrowWhenTheConsumerSequenceCannotBeTrue(long value) {
    log.consumerSequence(Consumer.REPLICA).set(value);
    assertThatThrownBy(() -> log.reader(Consumer.REPLICA))
        .isInstanceOf(CorruptEventException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldReadValidEventsOrThrowWhenSlotsAreRandom(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] slots = new byte[SLOTS * EventLogLayout.SLOT_BYTES];
    EventProvider provider = log.provider();
    int valid = 0;
    int corrupt = 0;
    for (int round = 0; round < 100; round++) {
      scribble(random, slots);
      file.channel().write(ByteBuffer.wrap(slots), EventLogLayout.HEADER_BYTES);
      for (long sequence = 0; sequence < SLOTS; sequence++) {
        try {
          touch(provider.get(sequence), sequence);
          valid++;
        } catch (CorruptEventException e) {
          assertThat(e.sequence()).isEqualTo(sequence);
          corrupt++;
        }
      }
    }
    assertThat(valid).isPositive();
    assertThat(corrupt).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void shouldWriteInsideTheRingOrRefuseWhenHeaderAndSlotsAreRandom(long seed) throws IOException {
    Random random = new Random(seed);
    long ringStart = log.layout().payloadOffset();
    byte[] scribble = new byte[log.layout().payloadOffset() - EventLogLayout.CURSOR_OFFSET];
    int reserved = 0;
    for (int round = 0; round < 2_000; round++) {
      if (round % 3 == 0) {
        random.nextBytes(scribble);
        file.channel().write(ByteBuffer.wrap(scribble), EventLogLayout.CURSOR_OFFSET);
      } else {
        log.consumerSequence(Consumer.REPLICA).set(writer.published() - random.nextInt(SLOTS + 2));
      }
      int max = random.nextInt(SEGMENT + 1);
      if (writer.tryReserve(max)) {
        long offset = writer.reservedOffset();
        assertThat(offset).isBetween(ringStart, ringStart + RING - max);
        assertThat((offset - ringStart) % SEGMENT + max).isLessThanOrEqualTo(SEGMENT);
        assertThat(writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, max))
            .isEqualTo(reserved);
        reserved++;
      }
    }
    assertThat(reserved).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -8, 0, RING + 8, Long.MAX_VALUE})
  void shouldStayFullWhenThePositionOfTheOldestPayloadCannotBeTrue(long position)
      throws IOException {
    EventReader reader = log.reader(Consumer.REPLICA);
    for (int i = 0; i < RING / SEGMENT; i++) {
      publish(SEGMENT);
    }
    ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, position);
    file.channel()
        .write(word, log.layout().slotOffset(0) + EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET);
    assertThat(writer.tryReserve(1)).isFalse();
    reader.skipToCursor();
    assertThat(writer.tryReserve(1)).isTrue();
  }

  @Test
  void shouldKeepTheFieldsThatWereCheckedWhenTheSlotChangesAfterwards() throws IOException {
    publish(100);
    Event event = log.reader(Consumer.REPLICA).peek();
    byte[] garbage = new byte[EventLogLayout.SLOT_BYTES];
    Arrays.fill(garbage, (byte) 0x7f);
    file.channel().write(ByteBuffer.wrap(garbage), log.layout().slotOffset(0));
    TestEvents.check(event, 0, 100);
  }

  /** Half-true slots, so that every check is reached: random bytes alone fail at the first. */
  private static void scribble(Random random, byte[] slots) {
    random.nextBytes(slots);
    ByteBuffer buffer = ByteBuffer.wrap(slots).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < SLOTS; i++) {
      int slot = i * EventLogLayout.SLOT_BYTES;
      if (random.nextInt(10) != 0) {
        buffer.putLong(slot + EventLogLayout.SLOT_SEQUENCE_OFFSET, i);
      }
      if (random.nextInt(10) != 0) {
        buffer.put(slot + EventLogLayout.SLOT_KIND_OFFSET, (byte) random.nextInt(8));
      }
      if (random.nextInt(10) != 0) {
        buffer.putInt(
            slot + EventLogLayout.SLOT_PAYLOAD_LENGTH_OFFSET, random.nextInt(SEGMENT + 10) - 5);
      }
      if (random.nextInt(10) != 0) {
        buffer.putLong(
            slot + EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET, random.nextLong() & (-8L >>> 1));
      }
    }
  }

  /** Uses everything that an event offers. */
  private void touch(Event event, long sequence) {
    assertThat(event.valid()).isTrue();
    assertThat(event.sequence()).isEqualTo(sequence);
    assertThat(event.kind()).isNotEqualTo(EventKind.INVALID);
    assertThat(event.flags()).isBetween(0, 255);
    assertThat(event.syscall()).isBetween(0, 65535);
    assertThat(event.payloadLength()).isBetween(0, SEGMENT);
    long start = log.layout().payloadOffset();
    assertThat(event.payloadOffset()).isBetween(start, start + RING - event.payloadLength());
    ByteBuffer payload = event.payload();
    assertThat(payload.position()).isZero();
    assertThat(payload.remaining()).isEqualTo(event.payloadLength());
    if (payload.hasRemaining()) {
      assertThat(payload.get(0)).isZero();
      assertThat(payload.get(payload.limit() - 1)).isZero();
    }
  }

  private void publish(int length) {
    assertThat(writer.tryReserve(length)).isTrue();
    TestEvents.publish(writer, writer.published() + 1, length);
  }
}
