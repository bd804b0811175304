package org.ftrun.eventlog;

import com.lmax.disruptor.AbstractSequencer;
import com.lmax.disruptor.DataProvider;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.util.Util;
import java.util.Arrays;

/**
 * The Disruptor's sequencer on the shared ring, for one writer. Barriers and pollers follow the
 * cursor in shared memory, whichever process publishes. {@link #getCursor()} and the gating are the
 * writer's side: they know what was published through this object, and believe the shared memory
 * only where it makes the writer wait.
 *
 * <p>Only wait strategies that look at the cursor by themselves (busy spin, yielding, sleeping)
 * work across processes: a publisher in another process signals nobody.
 *
 * <p>Claiming and publishing belong to the writer's thread; gating sequences may be added and
 * removed by any thread.
 */
public final class SharedCursorSequencer extends AbstractSequencer {
  private final SharedSequence sharedCursor;

  /** The last sequence that was claimed. Owned by the writer's thread. */
  private long claimed;

  /** A lower bound of what the slowest consumer has consumed. Owned by the writer's thread. */
  private long cachedGating;

  SharedCursorSequencer(SharedSequence sharedCursor, int slots, WaitStrategy waitStrategy) {
    super(slots, waitStrategy);
    this.sharedCursor = sharedCursor;
    this.claimed = INITIAL_CURSOR_VALUE;
    this.cachedGating = INITIAL_CURSOR_VALUE;
  }

  /** Continues after what is published already. */
  void resumeAt(long published) {
    cursor.set(published);
    claimed = published;
    cachedGating = Math.min(cachedGating, published);
  }

  @Override
  public void claim(long sequence) {
    claimed = sequence;
  }

  @Override
  public boolean isAvailable(long sequence) {
    long published = sharedCursor.get();
    return sequence <= published && sequence > published - bufferSize;
  }

  @Override
  public long getHighestPublishedSequence(long nextSequence, long availableSequence) {
    return availableSequence;
  }

  @Override
  public boolean hasAvailableCapacity(int requiredCapacity) {
    long wrapPoint = claimed + requiredCapacity - bufferSize;
    if (wrapPoint > cachedGating) {
      cachedGating = Util.getMinimumSequence(gatingSequences, claimed);
    }
    return wrapPoint <= cachedGating;
  }

  @Override
  public long remainingCapacity() {
    return bufferSize - (claimed - Util.getMinimumSequence(gatingSequences, claimed));
  }

  /**
   * Not offered: it would wait without a limit.
   *
   * @throws UnsupportedOperationException always; {@link EventLogWriter#reserve} waits with a limit
   */
  @Override
  public long next() {
    return next(1);
  }

  /**
   * Not offered: it would wait without a limit.
   *
   * @throws UnsupportedOperationException always; {@link EventLogWriter#reserve} waits with a limit
   */
  @Override
  public long next(int n) {
    throw new UnsupportedOperationException("the writer of an event log waits with a limit only");
  }

  @Override
  public long tryNext() throws InsufficientCapacityException {
    return tryNext(1);
  }

  @Override
  public long tryNext(int n) throws InsufficientCapacityException {
    if (n < 1 || n > bufferSize) {
      throw new IllegalArgumentException("n must be from 1 to " + bufferSize + ", not " + n);
    }
    if (!hasAvailableCapacity(n)) {
      throw InsufficientCapacityException.INSTANCE;
    }
    claimed += n;
    return claimed;
  }

  @Override
  public void publish(long sequence) {
    cursor.set(sequence);
    sharedCursor.set(sequence);
    waitStrategy.signalAllWhenBlocking();
  }

  @Override
  public void publish(long lo, long hi) {
    publish(hi);
  }

  /** A barrier that follows the shared cursor, and these sequences if there are any. */
  @Override
  public SequenceBarrier newBarrier(Sequence... sequencesToTrack) {
    Sequence[] all = Arrays.copyOf(sequencesToTrack, sequencesToTrack.length + 1);
    all[sequencesToTrack.length] = sharedCursor;
    return super.newBarrier(all);
  }

  /** A poller that follows the shared cursor, and these sequences if there are any. */
  @Override
  public <T> EventPoller<T> newPoller(DataProvider<T> provider, Sequence... gatingSequences) {
    return EventPoller.newInstance(provider, this, new Sequence(), sharedCursor, gatingSequences);
  }
}
