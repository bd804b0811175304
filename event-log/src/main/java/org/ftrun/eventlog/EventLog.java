package org.ftrun.eventlog;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.Sequencer;
import com.lmax.disruptor.SleepingWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.EnumSet;
import java.util.Set;

/**
 * One event log, mapped. The file is the caller's (a memfd, as a rule, sealed against shrinking:
 * reading a mapping behind the end of its file is a fault) and may be closed after the mapping; the
 * memory is given back when the garbage collector finds nobody using the log any more.
 *
 * <p>The methods may be called by any thread.
 */
public final class EventLog implements AutoCloseable {
  /** The longest batch of a processor: the writer is told after each. */
  private static final int MAX_BATCH = 256;

  private final EventLogLayout layout;
  private final SharedSequence cursor;
  private final SharedSequence[] consumers = new SharedSequence[Consumer.COUNT];
  private final SharedCursorSequencer sequencer;
  private final LogMemory memory;

  /** The consumers that gate this process's writer; the shared word is only told. */
  private final Set<Consumer> active = EnumSet.noneOf(Consumer.class);

  private EventLogWriter writer;
  private volatile boolean closed;

  private EventLog(LogMemory memory) {
    this.memory = memory;
    this.layout = memory.layout();
    this.cursor = new SharedSequence(memory, EventLogLayout.CURSOR_OFFSET);
    for (Consumer consumer : Consumer.values()) {
      consumers[consumer.ordinal()] = new SharedSequence(memory, consumer.sequenceOffset());
    }
    this.sequencer = new SharedCursorSequencer(cursor, layout.slots(), new SleepingWaitStrategy());
  }

  /**
   * Makes a new log.
   *
   * @param channel open for reading and writing; its file is empty, or zero-filled and of {@link
   *     EventLogLayout#totalBytes()} bytes
   * @throws EventLogFormatException if the file holds something already
   * @throws IOException if it cannot be extended or mapped
   */
  public static EventLog create(FileChannel channel, EventLogLayout layout) throws IOException {
    return create(channel, layout, PayloadRing.largestSegment(layout));
  }

  static EventLog create(FileChannel channel, EventLogLayout layout, long segmentBytes)
      throws IOException {
    PayloadRing ring = new PayloadRing(layout.payloadBytes(), segmentBytes);
    LogHeader.requireFresh(channel, layout);
    LogMemory memory = LogMemory.map(channel, layout, ring);
    LogHeader.write(memory);
    return new EventLog(memory);
  }

  /**
   * Maps a log that was made already, by this process or another.
   *
   * @param channel open for reading and writing
   * @throws EventLogFormatException if the file is no event log of this version, or its size is not
   *     what its header says
   * @throws IOException if it cannot be read or mapped
   */
  public static EventLog open(FileChannel channel) throws IOException {
    return new EventLog(LogHeader.map(channel));
  }

  /**
   * Bytes of the log that were written so far, slots and payloads; while the writer writes, perhaps
   * without the last of them.
   */
  public long writtenBytes() {
    long payload = memory.index().getLong(EventLogLayout.PAYLOAD_SUM_OFFSET);
    return payload + (cursor.get() + 1) * EventLogLayout.SLOT_BYTES;
  }

  /** The sizes of this log. */
  public EventLogLayout layout() {
    return layout;
  }

  /**
   * Makes the writer, which goes on after what is published. The writer made before, if any,
   * refuses to be used from now on: so the log passes from one primary's thread to the next one's.
   * What the earlier thread did must happen before.
   *
   * @throws CorruptEventException if the log was written by another process and its last event
   *     cannot be true
   */
  public synchronized EventLogWriter writer() {
    LogMemory mapped = memory();
    long head = writer != null ? writer.retire() : resume(mapped);
    writer = new EventLogWriter(this, mapped, sequencer, head);
    writer.follow();
    return writer;
  }

  /**
   * A reader for a consumer, which goes on after what the consumer has consumed.
   *
   * @throws CorruptEventException if the consumer's sequence cannot be true
   */
  public EventReader reader(Consumer consumer) {
    return new EventReader(memory(), cursor, consumerSequence(consumer));
  }

  /** As {@link #processor(Consumer, EventHandler, WaitStrategy)}, sleeping while it waits. */
  public BatchEventProcessor<Event> processor(
      Consumer consumer, EventHandler<? super Event> handler) {
    return processor(consumer, handler, new SleepingWaitStrategy());
  }

  /**
   * A Disruptor processor for a consumer, which goes on after what the consumer has consumed. The
   * caller runs it in a thread. An exception, of the handler or a {@link CorruptEventException},
   * leaves {@code run()}, unless another exception handler is set; the consumer is then to be
   * deactivated, or the log fills.
   *
   * @param waitStrategy one that looks at the cursor by itself: busy spin, yielding or sleeping
   */
  public BatchEventProcessor<Event> processor(
      Consumer consumer, EventHandler<? super Event> handler, WaitStrategy waitStrategy) {
    SharedSequence released = consumerSequence(consumer);
    BatchEventProcessor<Event> processor =
        new BatchEventProcessorBuilder()
            .setMaxBatchSize(MAX_BATCH)
            .build(
                provider(),
                new SharedCursorSequencer(cursor, layout.slots(), waitStrategy).newBarrier(),
                new ReleasingHandler(handler, released));
    processor.setExceptionHandler(new EndingExceptionHandler());
    processor.getSequence().set(released.get());
    return processor;
  }

  /** A provider of this log's events, with a flyweight of its own. */
  public EventProvider provider() {
    return new EventProvider(memory());
  }

  /** The Disruptor's sequencer on this log, for barriers and pollers. */
  public SharedCursorSequencer sequencer() {
    return sequencer;
  }

  /** The last published sequence, -1 before the first; what it says is not to be believed. */
  public SharedSequence cursor() {
    return cursor;
  }

  /** What a consumer has consumed; what it says is not to be believed. */
  public SharedSequence consumerSequence(Consumer consumer) {
    return consumers[consumer.ordinal()];
  }

  /** Whether a consumer gates the writer of this process. */
  public synchronized boolean isActive(Consumer consumer) {
    return active.contains(consumer);
  }

  /** Lets a consumer gate the writer from the current cursor on. */
  public synchronized void activate(Consumer consumer) {
    if (!active.add(consumer)) {
      throw new IllegalStateException(consumer + " is active already");
    }
    sequencer.addGatingSequences(consumerSequence(consumer));
    memory.setBits(EventLogLayout.ACTIVE_CONSUMERS_OFFSET, consumer.activeBit());
  }

  /** Lets a consumer gate the writer no longer. Does nothing if it is not active. */
  public synchronized void deactivate(Consumer consumer) {
    if (active.remove(consumer)) {
      sequencer.removeGatingSequence(consumerSequence(consumer));
      memory.clearBits(EventLogLayout.ACTIVE_CONSUMERS_OFFSET, consumer.activeBit());
    }
  }

  /**
   * Value of a role word, with acquire semantics.
   *
   * @throws IndexOutOfBoundsException unless {@code index} is from 0 to 15
   */
  public long roleWord(int index) {
    return memory().getAcquire(EventLogLayout.roleWordOffset(index));
  }

  /**
   * Sets a role word with release semantics.
   *
   * @throws IndexOutOfBoundsException unless {@code index} is from 0 to 15
   */
  public void setRoleWord(int index, long value) {
    memory().setRelease(EventLogLayout.roleWordOffset(index), value);
  }

  /**
   * Gives out nothing new from now on. What was given out goes on working; the memory stays mapped
   * until all of it, and this object, are dropped.
   */
  @Override
  public void close() {
    closed = true;
  }

  private LogMemory memory() {
    if (closed) {
      throw new IllegalStateException("the event log is closed");
    }
    return memory;
  }

  private long resume(LogMemory mapped) {
    long published = cursor.get();
    if (published < Sequencer.INITIAL_CURSOR_VALUE) {
      throw new CorruptEventException(published, "cursor", published);
    }
    sequencer.resumeAt(published);
    if (published == Sequencer.INITIAL_CURSOR_VALUE) {
      return 0;
    }
    Event last = new Event(mapped);
    last.moveTo(published);
    return last.payloadEnd();
  }
}
