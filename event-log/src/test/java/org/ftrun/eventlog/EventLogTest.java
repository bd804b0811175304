package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class EventLogTest {
  private static final EventLogLayout LAYOUT = new EventLogLayout(64, 1 << 20);

  private LogFile file;

  @BeforeEach
  void makeFile() throws IOException {
    file = new LogFile();
  }

  @AfterEach
  void deleteFile() throws IOException {
    file.close();
  }

  @Test
  void shouldExtendTheFileWhenCreated() throws IOException {
    EventLog log = EventLog.create(file.channel(), LAYOUT);
    assertThat(file.channel().size()).isEqualTo(LAYOUT.totalBytes());
    assertThat(log.layout()).isEqualTo(LAYOUT);
    assertThat(log.cursor().get()).isEqualTo(-1);
    for (Consumer consumer : Consumer.values()) {
      assertThat(log.consumerSequence(consumer).get()).isEqualTo(-1);
      assertThat(log.isActive(consumer)).isFalse();
    }
  }

  @Test
  void shouldCreateWhenTheFileHasItsSizeAlready() throws IOException {
    file.channel().write(ByteBuffer.allocate(1), LAYOUT.totalBytes() - 1);
    EventLog log = EventLog.create(file.channel(), LAYOUT);
    assertThat(log.cursor().get()).isEqualTo(-1);
  }

  @Test
  void shouldRefuseToCreateWhenTheFileHoldsSomething() throws IOException {
    EventLog.create(file.channel(), LAYOUT);
    assertThatThrownBy(() -> EventLog.create(file.channel(), LAYOUT))
        .isInstanceOf(EventLogFormatException.class)
        .hasMessageContaining("not empty");
    file.channel().truncate(4096);
    assertThatThrownBy(() -> EventLog.create(file.channel(), LAYOUT))
        .isInstanceOf(EventLogFormatException.class)
        .hasMessageContaining("in a file of 4096");
  }

  @Test
  void shouldShareEverythingWhenOpenedTwice() throws IOException {
    EventLog one = EventLog.create(file.channel(), LAYOUT);
    EventLog other = EventLog.open(file.channel());
    assertThat(other.layout()).isEqualTo(LAYOUT);
    for (int i = 0; i < EventLogLayout.ROLE_WORDS; i++) {
      one.setRoleWord(i, i + 1L);
    }
    for (int i = 0; i < EventLogLayout.ROLE_WORDS; i++) {
      assertThat(other.roleWord(i)).isEqualTo(i + 1L);
    }
    EventLogWriter writer = one.writer();
    assertThat(writer.tryReserve(10)).isTrue();
    TestEvents.publish(writer, 0, 10);
    assertThat(other.cursor().get()).isZero();
    TestEvents.check(other.reader(Consumer.REPLICA).peek(), 0, 10);
  }

  @Test
  void shouldRefuseToOpenWhenTheFileIsTooSmallForAHeader() {
    assertThatThrownBy(() -> EventLog.open(file.channel()))
        .isInstanceOf(EventLogFormatException.class)
        .hasMessageContaining("0 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, magic",
    "8, 1, version 1",
    "12, 0, slots",
    "12, 63, slots",
    "12, 128, in a file of",
    "16, 1048577, payload bytes",
    "16, 2097152, in a file of",
    "24, 0, segment bytes",
    "24, 2097152, segment bytes"
  })
  void shouldRefuseToOpenWhenTheHeaderIsWrong(int offset, int value, String message)
      throws IOException {
    EventLog.create(file.channel(), LAYOUT);
    ByteBuffer word = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value);
    file.channel().write(word, offset);
    assertThatThrownBy(() -> EventLog.open(file.channel()))
        .isInstanceOf(EventLogFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseToOpenWhenTheFileWasCut() throws IOException {
    EventLog.create(file.channel(), LAYOUT);
    file.channel().truncate(LAYOUT.totalBytes() - 1);
    assertThatThrownBy(() -> EventLog.open(file.channel()))
        .isInstanceOf(EventLogFormatException.class)
        .hasMessageContaining("in a file of");
  }

  @Test
  void shouldGiveOutNothingWhenClosed() throws IOException {
    EventLog log = EventLog.create(file.channel(), LAYOUT);
    log.close();
    assertThatThrownBy(log::writer).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.reader(Consumer.SHADOW)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.roleWord(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldGoOnWithTheNextEventWhenAnotherWriterIsMade() throws IOException {
    EventLog log = EventLog.create(file.channel(), LAYOUT);
    EventLogWriter first = log.writer();
    first.activate(Consumer.REPLICA);
    EventReader reader = log.reader(Consumer.REPLICA);
    assertThat(first.tryReserve(5)).isTrue();
    TestEvents.publish(first, 0, 5);
    EventLogWriter second = log.writer();
    assertThatThrownBy(() -> first.tryReserve(0)).isInstanceOf(IllegalStateException.class);
    assertThat(second.tryReserve(6)).isTrue();
    TestEvents.publish(second, 1, 6);
    EventLogWriter third = EventLog.open(file.channel()).writer();
    assertThat(third.tryReserve(7)).isTrue();
    TestEvents.publish(third, 2, 7);
    for (int i = 0; i < 3; i++) {
      TestEvents.check(reader.peek(), i, 5 + i);
      reader.consume();
    }
    assertThat(reader.peek()).isNull();
  }

  @Test
  void shouldRefuseToResumeWhenTheCursorCannotBeTrue() throws IOException {
    EventLog log = EventLog.create(file.channel(), LAYOUT);
    log.cursor().set(-2);
    assertThatThrownBy(log::writer).isInstanceOf(CorruptEventException.class);
    log.cursor().set(5);
    assertThatThrownBy(log::writer)
        .isInstanceOfSatisfying(
            CorruptEventException.class,
            e -> {
              assertThat(e.sequence()).isEqualTo(5);
              assertThat(e.field()).isEqualTo("sequence");
            });
  }
}
