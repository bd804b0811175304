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

@Timeout(10)
class ActiveConsumersTest {
  private static final int SLOTS = 64;

  private LogFile file;
  private EventLog log;
  private EventLogWriter writer;
  private long next;

  @BeforeEach
  void makeLog() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(SLOTS, 1 << 20));
    writer = log.writer();
  }

  @AfterEach
  void deleteFile() throws IOException {
    file.close();
  }

  @Test
  void shouldNeverBeFullWhenNobodyConsumes() {
    publish(10 * SLOTS);
    assertThat(writer.published()).isEqualTo(10 * SLOTS - 1);
  }

  @Test
  void shouldStartAtTheCursorWhenActivated() {
    publish(100);
    writer.activate(Consumer.SHADOW);
    EventReader reader = log.reader(Consumer.SHADOW);
    assertThat(reader.lag()).isZero();
    assertThat(reader.peek()).isNull();
    publish(1);
    TestEvents.check(reader.peek(), 100, 100);
  }

  @Test
  void shouldBeGatedByTheSlowestWhenSeveralAreActive() {
    writer.activate(Consumer.REPLICA);
    writer.activate(Consumer.SHADOW);
    EventReader fast = log.reader(Consumer.REPLICA);
    EventReader slow = log.reader(Consumer.SHADOW);
    publish(SLOTS);
    fast.skipToCursor();
    assertThat(writer.tryReserve(0)).isFalse();
    slow.peek();
    slow.consume();
    publish(1);
    assertThat(writer.tryReserve(0)).isFalse();
  }

  @Test
  void shouldGateNoLongerWhenDeactivated() {
    writer.activate(Consumer.REPLICA);
    writer.activate(Consumer.SHADOW);
    EventReader shadow = log.reader(Consumer.SHADOW);
    publish(SLOTS);
    shadow.skipToCursor();
    assertThat(writer.tryReserve(0)).isFalse();
    log.deactivate(Consumer.REPLICA);
    assertThat(log.isActive(Consumer.REPLICA)).isFalse();
    publish(SLOTS);
    assertThat(writer.tryReserve(0)).isFalse();
    writer.deactivate(Consumer.SHADOW);
    publish(10 * SLOTS);
  }

  @Test
  void shouldNoticeWhenAConsumerThatIsNotActiveWasOverrun() {
    EventReader reader = log.reader(Consumer.REPLICA);
    publish(SLOTS);
    TestEvents.check(reader.peek(), 0, 0);
    reader.consume();
    publish(10);
    assertThatThrownBy(reader::peek)
        .isInstanceOf(CorruptEventException.class)
        .hasMessage("corrupt event 1: sequence is 65");
    publish(SLOTS);
    assertThatThrownBy(reader::lag).isInstanceOf(CorruptEventException.class);
  }

  @Test
  void shouldRefuseWhenActivatedTwice() {
    writer.activate(Consumer.SPARE);
    assertThatThrownBy(() -> writer.activate(Consumer.SPARE))
        .isInstanceOf(IllegalStateException.class);
    writer.deactivate(Consumer.SPARE);
    writer.deactivate(Consumer.SPARE);
    writer.activate(Consumer.SPARE);
    assertThat(log.isActive(Consumer.SPARE)).isTrue();
  }

  @Test
  void shouldTellTheSharedMemoryWhoIsActive() throws IOException {
    writer.activate(Consumer.REPLICA);
    writer.activate(Consumer.STATISTICS);
    assertThat(activeWord()).isEqualTo(0b101);
    writer.deactivate(Consumer.REPLICA);
    assertThat(activeWord()).isEqualTo(0b100);
  }

  @Test
  void shouldFreePayloadWhenTheOnlyConsumerIsDeactivated() {
    writer.activate(Consumer.REPLICA);
    assertThat(writer.tryReserve(1 << 20)).isTrue();
    TestEvents.publish(writer, 0, 1 << 20);
    assertThat(writer.tryReserve(1)).isFalse();
    writer.deactivate(Consumer.REPLICA);
    assertThat(writer.tryReserve(1 << 20)).isTrue();
  }

  private long activeWord() throws IOException {
    ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.channel().read(word, EventLogLayout.ACTIVE_CONSUMERS_OFFSET);
    return word.getLong(0);
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      int length = (int) (next % 1000);
      assertThat(writer.tryReserve(length)).isTrue();
      TestEvents.publish(writer, next++, length);
    }
  }
}
