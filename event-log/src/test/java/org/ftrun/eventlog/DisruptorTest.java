package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.EventPoller.PollState;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.SleepingWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DisruptorTest {
  private static final int SLOTS = 64;
  private static final int MAX_PAYLOAD = 3_000;

  private final List<BatchEventProcessor<Event>> processors = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private LogFile file;
  private EventLog log;
  private EventLogWriter writer;

  @BeforeEach
  void makeLog() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(SLOTS, 1 << 20), 1 << 16);
    writer = log.writer();
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    processors.forEach(BatchEventProcessor::halt);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      assertThat(thread.isAlive()).isFalse();
    }
    file.close();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        BusySpinWaitStrategy.class,
        YieldingWaitStrategy.class,
        SleepingWaitStrategy.class
      })
  void shouldHandEveryEventToBothWhenTwoProcessorsRun(Class<? extends WaitStrategy> waiting)
      throws ReflectiveOperationException {
    CheckingHandler shadow = new CheckingHandler();
    CheckingHandler statistics = new CheckingHandler();
    start(Consumer.SHADOW, shadow, waiting.getDeclaredConstructor().newInstance());
    start(Consumer.STATISTICS, statistics, waiting.getDeclaredConstructor().newInstance());
    long count = 20_000;
    publish(count);
    Await.until("both at the end", () -> shadow.next == count && statistics.next == count);
    Await.until(
        "both released",
        () ->
            log.consumerSequence(Consumer.SHADOW).get() == count - 1
                && log.consumerSequence(Consumer.STATISTICS).get() == count - 1);
    assertThat(failure.get()).isNull();
  }

  @Test
  void shouldGateTheWriterWhenOneProcessorIsSlow() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    CheckingHandler fast = new CheckingHandler();
    CheckingHandler slow = new CheckingHandler(goOn);
    start(Consumer.SHADOW, fast, new SleepingWaitStrategy());
    start(Consumer.STATISTICS, slow, new SleepingWaitStrategy());
    publish(SLOTS);
    Await.until("the fast one at the end", () -> fast.next == SLOTS);
    assertThat(slow.next).isZero();
    assertThat(writer.tryReserve(0)).isFalse();
    goOn.countDown();
    publish(SLOTS);
    Await.until("the slow one at the end", () -> slow.next == 2 * SLOTS);
    assertThat(failure.get()).isNull();
  }

  @Test
  void shouldGoOnWhereTheConsumerStoodWhenAProcessorIsMadeAnew() throws InterruptedException {
    CheckingHandler handler = new CheckingHandler();
    start(Consumer.SHADOW, handler, new SleepingWaitStrategy());
    publish(10);
    Await.until("released", () -> log.consumerSequence(Consumer.SHADOW).get() == 9);
    processors.get(0).halt();
    threads.get(0).join(TimeUnit.SECONDS.toMillis(10));
    publish(10);
    run(log.processor(Consumer.SHADOW, handler));
    Await.until("the second half", () -> handler.next == 20);
    assertThat(failure.get()).isNull();
  }

  @Test
  void shouldEndTheProcessorWhenAnEventIsCorrupt() throws InterruptedException {
    writer.activate(Consumer.SHADOW);
    publish(3);
    corruptKind(1);
    CheckingHandler handler = new CheckingHandler();
    run(log.processor(Consumer.SHADOW, handler));
    threads.get(0).join(TimeUnit.SECONDS.toMillis(10));
    assertThat(handler.next).isEqualTo(1);
    assertThat(failure.get())
        .isInstanceOf(CorruptEventException.class)
        .hasMessage("corrupt event 1: kind is 99");
  }

  @Test
  void shouldEndTheProcessorWhenItsHandlerThrows() throws InterruptedException {
    writer.activate(Consumer.SHADOW);
    publish(3);
    EventHandler<Event> handler =
        (event, sequence, endOfBatch) -> {
          throw new IOException("no");
        };
    run(log.processor(Consumer.SHADOW, handler));
    threads.get(0).join(TimeUnit.SECONDS.toMillis(10));
    assertThat(failure.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("consumer failed at event 0")
        .hasCauseInstanceOf(IOException.class);
    assertThat(log.consumerSequence(Consumer.SHADOW).get()).isEqualTo(-1);
  }

  @Test
  void shouldPollWhenUsedWithAPoller() throws Exception {
    EventPoller<Event> poller = log.sequencer().newPoller(log.provider());
    log.sequencer().addGatingSequences(poller.getSequence());
    List<Long> polled = new ArrayList<>();
    EventPoller.Handler<Event> handler =
        (event, sequence, endOfBatch) -> {
          TestEvents.check(event, sequence, TestEvents.length(sequence, MAX_PAYLOAD));
          return polled.add(sequence);
        };
    assertThat(poller.poll(handler)).isEqualTo(PollState.IDLE);
    publish(SLOTS);
    assertThat(writer.tryReserve(0)).isFalse();
    assertThat(poller.poll(handler)).isEqualTo(PollState.PROCESSING);
    assertThat(polled).hasSize(SLOTS);
    assertThat(writer.tryReserve(0)).isTrue();
  }

  @Test
  void shouldFollowAnotherConsumerWhenTheBarrierTracksIt() throws InterruptedException {
    Sequence first = new Sequence(2);
    SequenceBarrier barrier = log.sequencer().newBarrier(first);
    BatchEventProcessor<Event> processor =
        new BatchEventProcessorBuilder().build(log.provider(), barrier, new CheckingHandler());
    publish(10);
    assertThat(barrier.getCursor()).isEqualTo(2);
    run(processor);
    Await.until("the tracked one", () -> processor.getSequence().get() == 2);
    first.set(20);
    Await.until("the cursor", () -> processor.getSequence().get() == 9);
    assertThat(failure.get()).isNull();
  }

  @Test
  void shouldClaimWhenTheSequencerIsAskedAndRefuseToWait() throws InsufficientCapacityException {
    SharedCursorSequencer sequencer = log.sequencer();
    sequencer.addGatingSequences(new Sequence());
    assertThat(sequencer.remainingCapacity()).isEqualTo(SLOTS);
    assertThat(sequencer.tryNext(SLOTS)).isEqualTo(SLOTS - 1);
    assertThat(sequencer.remainingCapacity()).isZero();
    assertThat(sequencer.isAvailable(0)).isFalse();
    sequencer.publish(0, SLOTS - 1);
    assertThat(sequencer.isAvailable(0)).isTrue();
    assertThat(sequencer.isAvailable(SLOTS)).isFalse();
    assertThat(sequencer.getCursor()).isEqualTo(SLOTS - 1);
    assertThatThrownBy(sequencer::tryNext).isInstanceOf(InsufficientCapacityException.class);
    assertThatThrownBy(sequencer::next).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> sequencer.tryNext(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private void start(Consumer consumer, EventHandler<Event> handler, WaitStrategy waiting) {
    writer.activate(consumer);
    run(log.processor(consumer, handler, waiting));
  }

  private void run(BatchEventProcessor<Event> processor) {
    processors.add(processor);
    Thread thread = new Thread(processor, "processor");
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    threads.add(thread);
    thread.start();
  }

  private void publish(long count) {
    for (long i = 0; i < count; i++) {
      long sequence = writer.published() + 1;
      int length = TestEvents.length(sequence, MAX_PAYLOAD);
      assertThat(writer.reserve(length, TimeUnit.SECONDS.toNanos(10))).isTrue();
      TestEvents.publish(writer, sequence, length);
    }
  }

  private void corruptKind(long sequence) {
    try {
      file.channel()
          .write(
              ByteBuffer.wrap(new byte[] {99}),
              log.layout().slotOffset(sequence) + EventLogLayout.SLOT_KIND_OFFSET);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks every event; other threads may look at how far it is. */
  private static final class CheckingHandler implements EventHandler<Event> {
    private final CountDownLatch goOn;
    private volatile long next;

    CheckingHandler() {
      this(new CountDownLatch(0));
    }

    CheckingHandler(CountDownLatch goOn) {
      this.goOn = goOn;
    }

    @Override
    public void onEvent(Event event, long sequence, boolean endOfBatch) throws Exception {
      assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(sequence).isEqualTo(next);
      TestEvents.check(event, sequence, TestEvents.length(sequence, MAX_PAYLOAD));
      next = sequence + 1;
    }
  }
}
