package org.ftrun.eventlog;

import com.lmax.disruptor.Sequence;

/**
 * A Disruptor sequence whose value is a word of the shared memory. Its value is what any process
 * that maps the log has written there.
 */
public final class SharedSequence extends Sequence {
  private final LogMemory memory;
  private final int offset;

  SharedSequence(LogMemory memory, int offset) {
    this.memory = memory;
    this.offset = offset;
  }

  /** The value, with acquire semantics. */
  @Override
  public long get() {
    return memory.getAcquire(offset);
  }

  /** Sets the value with release semantics. */
  @Override
  public void set(long value) {
    memory.setRelease(offset, value);
  }

  @Override
  public void setVolatile(long value) {
    memory.setVolatile(offset, value);
  }

  @Override
  public boolean compareAndSet(long expectedValue, long newValue) {
    return memory.compareAndSet(offset, expectedValue, newValue);
  }

  @Override
  public long incrementAndGet() {
    return addAndGet(1);
  }

  @Override
  public long addAndGet(long increment) {
    return getAndAdd(increment) + increment;
  }

  @Override
  public long getAndAdd(long increment) {
    return memory.getAndAdd(offset, increment);
  }
}
