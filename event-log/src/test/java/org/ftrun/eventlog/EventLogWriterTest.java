package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventLogWriterTest {
  private static final int SLOTS = 64;
  private static final int RING = 1 << 20;
  private static final int SEGMENT = 1 << 16;

  private LogFile file;
  private EventLog log;
  private EventLogWriter writer;
  private EventReader reader;

  @BeforeEach
  void makeLog() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(SLOTS, RING), SEGMENT);
    writer = log.writer();
    writer.activate(Consumer.REPLICA);
    reader = log.reader(Consumer.REPLICA);
  }

  @AfterEach
  void deleteFile() throws IOException {
    file.close();
  }

  @Test
  void shouldReadWhatWasWrittenWhenSlotsAndPayloadWrapManyTimes() {
    for (long sequence = 0; sequence < 5_000; sequence++) {
      int length = TestEvents.length(sequence, 5_000);
      assertThat(writer.tryReserve(length + (int) (sequence % 7))).isTrue();
      TestEvents.publish(writer, sequence, length);
      if (sequence % 40 == 39) {
        assertThat(reader.lag()).isEqualTo(40);
        consumeFrom(sequence - 39, sequence, 5_000);
      }
    }
    assertThat(reader.lag()).isZero();
  }

  @Test
  void shouldTellHowMuchWasWrittenWhenEventsArePublished() {
    assertThat(log.writtenBytes()).isZero();
    publish(0, 3);
    publish(1, 0);
    publish(2, 40);
    assertThat(log.writtenBytes()).isEqualTo(3 * 64 + 43);
  }

  @Test
  void shouldReturnTheSameEventWhenPeekedAgain() {
    assertThat(reader.peek()).isNull();
    publish(0, 3);
    publish(1, 4);
    Event event = reader.peek();
    assertThat(reader.peek()).isSameAs(event);
    TestEvents.check(event, 0, 3);
    assertThat(log.consumerSequence(Consumer.REPLICA).get()).isEqualTo(-1);
    reader.consume();
    assertThat(log.consumerSequence(Consumer.REPLICA).get()).isZero();
    TestEvents.check(reader.peek(), 1, 4);
    assertThat(reader.consumed()).isZero();
  }

  @Test
  void shouldRefuseToConsumeWhenNothingWasPeeked() {
    assertThatThrownBy(reader::consume).isInstanceOf(IllegalStateException.class);
    publish(0, 0);
    assertThatThrownBy(reader::consume).isInstanceOf(IllegalStateException.class);
    reader.peek();
    reader.consume();
    assertThatThrownBy(reader::consume).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSkipWhatIsPublishedWhenAsked() {
    publish(0, 3);
    publish(1, 3);
    reader.peek();
    reader.skipToCursor();
    assertThat(reader.lag()).isZero();
    assertThat(reader.peek()).isNull();
    publish(2, 3);
    TestEvents.check(reader.peek(), 2, 3);
  }

  @Test
  void shouldRefuseReservationWhenSlotsAreFull() {
    for (int i = 0; i < SLOTS; i++) {
      publish(i, 0);
    }
    assertThat(writer.tryReserve(0)).isFalse();
    assertThatThrownBy(writer::reservedOffset).isInstanceOf(IllegalStateException.class);
    consumeFrom(0, 0, 0);
    publish(SLOTS, 0);
    assertThat(writer.tryReserve(0)).isFalse();
  }

  @Test
  void shouldRefuseReservationWhenPayloadRingIsFull() {
    int segments = RING / SEGMENT;
    for (int i = 0; i < segments; i++) {
      assertThat(writer.tryReserve(SEGMENT)).isTrue();
      TestEvents.publish(writer, i, SEGMENT);
    }
    assertThat(writer.tryReserve(1)).isFalse();
    assertThat(writer.tryReserve(0)).isTrue();
    TestEvents.check(reader.peek(), 0, SEGMENT);
    reader.consume();
    assertThat(writer.tryReserve(SEGMENT)).isTrue();
    TestEvents.publish(writer, segments, SEGMENT);
    assertThat(writer.tryReserve(1)).isFalse();
  }

  @Test
  void shouldPadToTheNextSegmentWhenPayloadWouldCrossItsEnd() {
    int start = log.layout().payloadOffset();
    assertThat(writer.tryReserve(SEGMENT - 8)).isTrue();
    assertThat(writer.reservedOffset()).isEqualTo(start);
    TestEvents.publish(writer, 0, SEGMENT - 8);
    assertThat(writer.tryReserve(8)).isTrue();
    assertThat(writer.reservedOffset()).isEqualTo(start + SEGMENT - 8);
    assertThat(writer.tryReserve(9)).isTrue();
    assertThat(writer.reservedOffset()).isEqualTo(start + SEGMENT);
    TestEvents.publish(writer, 1, 9);
    assertThat(writer.tryReserve(1)).isTrue();
    assertThat(writer.reservedOffset()).isEqualTo(start + SEGMENT + 16);
  }

  @Test
  void shouldReserveTheLargestPayloadWhenRingOfOneSegmentIsDrained() throws IOException {
    try (LogFile single = new LogFile()) {
      log = EventLog.create(single.channel(), new EventLogLayout(SLOTS, RING));
      writer = log.writer();
      writer.activate(Consumer.SHADOW);
      reader = log.reader(Consumer.SHADOW);
      for (long sequence = 0; sequence < 10; sequence += 2) {
        publish(sequence, 100);
        assertThat(writer.tryReserve(RING)).isFalse();
        TestEvents.check(reader.peek(), sequence, 100);
        reader.consume();
        publish(sequence + 1, RING);
        TestEvents.check(reader.peek(), sequence + 1, RING);
        reader.consume();
      }
    }
  }

  @Test
  void shouldNotCountPaddingAsFreeWhenThePaddedReservationWasReplaced() throws IOException {
    try (LogFile single = new LogFile()) {
      log = EventLog.create(single.channel(), new EventLogLayout(SLOTS, RING));
      writer = log.writer();
      writer.activate(Consumer.SHADOW);
      reader = log.reader(Consumer.SHADOW);
      publish(0, 104);
      reader.peek();
      reader.consume();
      assertThat(writer.tryReserve(RING)).isTrue();
      publish(1, 1000);
      publish(2, RING - 1104);
      assertThat(writer.tryReserve(105)).isFalse();
      assertThat(writer.tryReserve(104)).isTrue();
    }
  }

  @Test
  void shouldUseEverySegmentWhenTheRingIsTheLargest() throws IOException {
    try (LogFile large = new LogFile()) {
      EventLogLayout layout = EventLogLayout.ofPayload(1L << 32);
      log = EventLog.create(large.channel(), layout);
      writer = log.writer();
      for (int i = 0; i < 10; i++) {
        assertThat(writer.tryReserve(600 << 20)).isTrue();
        long offset = writer.reservedOffset();
        assertThat(offset).isEqualTo(layout.payloadOffset() + (i % 4L << 30));
        assertThat(writer.reservedPayload().remaining()).isEqualTo(600 << 20);
        writer.reservedPayload().putInt((600 << 20) - 4, i);
        writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, 600 << 20);
        ByteBuffer read = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
        large.channel().read(read, offset + (600 << 20) - 4);
        assertThat(read.getInt(0)).isEqualTo(i);
      }
    }
  }

  @Test
  void shouldNeverOverwriteWhatIsNotConsumedWhenSizesAreRandom() {
    Random random = new Random(4);
    Deque<long[]> live = new ArrayDeque<>();
    int refused = 0;
    for (long sequence = 0; sequence < 20_000; ) {
      int max = random.nextInt(random.nextInt(50) == 0 ? SEGMENT + 1 : 40_000);
      if (writer.tryReserve(max)) {
        long start = writer.reservedOffset();
        for (long[] range : live) {
          assertThat(start >= range[1] || start + max <= range[0]).isTrue();
        }
        int length = random.nextInt(max + 1);
        writer.publish(EventKind.SYSCALL, 0, 0, 0, 0, 0, -1, 0, 0, length);
        live.add(new long[] {start, start + length});
        sequence++;
      } else {
        refused++;
        assertThat(live).isNotEmpty();
        for (int i = random.nextInt(live.size()); i >= 0; i--) {
          Event event = reader.peek();
          long[] range = live.remove();
          assertThat(event.payloadOffset()).isEqualTo(range[0]);
          assertThat(event.payloadOffset() + event.payloadLength()).isEqualTo(range[1]);
          reader.consume();
        }
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void shouldReplaceTheReservationWhenReservedTwice() {
    assertThat(writer.tryReserve(1000)).isTrue();
    long offset = writer.reservedOffset();
    assertThat(writer.tryReserve(10)).isTrue();
    assertThat(writer.reservedOffset()).isEqualTo(offset);
    assertThat(writer.reservedPayload().remaining()).isEqualTo(10);
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, 11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("11 bytes where 10");
    TestEvents.publish(writer, 0, 10);
    TestEvents.check(reader.peek(), 0, 10);
  }

  @Test
  void shouldRefuseToPublishWhenNothingIsReserved() {
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, 0))
        .isInstanceOf(IllegalStateException.class);
    publish(0, 0);
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(writer.published()).isZero();
  }

  @Test
  void shouldRefuseWhenValuesDoNotFit() {
    assertThatThrownBy(() -> writer.tryReserve(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.tryReserve(SEGMENT + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(writer.maxPayloadBytes()).isEqualTo(SEGMENT);
    assertThat(writer.tryReserve(8)).isTrue();
    assertThatThrownBy(() -> writer.publish(EventKind.INVALID, 0, 0, 0, 0, 0, -1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 256, 0, 0, 0, 0, -1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 0, 65536, 0, 0, 0, -1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
    TestEvents.publish(writer, 0, 8);
  }

  @Test
  void shouldCopyWhenGivenBuffers() {
    ByteBuffer source = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4, 5});
    ByteBuffer target = ByteBuffer.allocate(4);
    assertThat(writer.tryReserve(4)).isTrue();
    writer.write(1, source, 2, 3);
    assertThatThrownBy(() -> writer.write(2, source, 0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> writer.write(0, source, 4, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    writer.publish(EventKind.MARK, 0, 0, 0, 0, 0, -1, 0, 0, 4);
    reader.peek().copyPayload(1, target, 1, 3);
    assertThat(target.array()).containsExactly(0, 2, 3, 4);
    assertThatThrownBy(() -> reader.peek().copyPayload(2, target, 0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> reader.peek().copyPayload(0, target, 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldRefuseWhenASecondThreadWrites() {
    publish(0, 0);
    CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> writer.tryReserve(0));
    assertThatThrownBy(other::join)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to");
    publish(1, 0);
  }

  @Test
  void shouldGiveUpAtTheLimitWhenTheRingStaysFull() {
    for (int i = 0; i < SLOTS; i++) {
      publish(i, 0);
    }
    long start = System.nanoTime();
    assertThat(writer.reserve(0, TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    assertThat(writer.reserve(0, 0)).isFalse();
  }

  @Test
  void shouldGoOnWhenAConsumerMakesRoomBeforeTheLimit() {
    for (int i = 0; i < SLOTS; i++) {
      publish(i, 0);
    }
    CompletableFuture<Void> consuming =
        CompletableFuture.runAsync(() -> consumeFrom(0, SLOTS - 1, 0));
    assertThat(writer.reserve(0, TimeUnit.SECONDS.toNanos(10))).isTrue();
    consuming.join();
  }

  private void publish(long sequence, int length) {
    assertThat(writer.tryReserve(length)).isTrue();
    TestEvents.publish(writer, sequence, length);
  }

  private void consumeFrom(long first, long last, int limit) {
    for (long sequence = first; sequence <= last; sequence++) {
      TestEvents.check(reader.peek(), sequence, TestEvents.length(sequence, limit));
      reader.consume();
    }
  }
}
