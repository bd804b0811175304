package org.ftrun.tracer.member;

import java.util.ArrayDeque;

/**
 * The right to run the service's code, and to publish events: one thread of the primary has it at a
 * time, so that the events are in the order in which the code between them ran. A thread passes it
 * on when it makes a call that may wait, and at a call of its own after some time when another
 * waits for it. For the tracer thread only.
 */
final class Turn {
  /** How long a thread may keep it while another waits. */
  static final long SLICE_NANOS = 500_000;

  private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
  private PrimaryThread holder;
  private long since;
  private long number;

  /** A thread that waits, and since when (System.nanoTime()). */
  private record Waiter(PrimaryThread thread, long since) {}

  /** The thread that has it, or null. */
  PrimaryThread holder() {
    return holder;
  }

  boolean isHeldBy(PrimaryThread thread) {
    return holder == thread;
  }

  /** Gives it to a thread if nobody else has it. */
  boolean take(PrimaryThread thread) {
    if (holder == null) {
      holder = thread;
      since = System.nanoTime();
      number++;
    }
    return holder == thread;
  }

  /** The thread goes on as soon as it has the turn. */
  void await(PrimaryThread thread) {
    for (Waiter waiter : waiting) {
      if (waiter.thread == thread) {
        return;
      }
    }
    waiting.add(new Waiter(thread, System.nanoTime()));
  }

  /** Whether any thread waits for it. */
  boolean isWanted() {
    return !waiting.isEmpty();
  }

  /** How long the thread that is the next to have it has waited, nanoseconds; 0 if none waits. */
  long longestWaitNanos() {
    return waiting.isEmpty() ? 0 : System.nanoTime() - waiting.element().since;
  }

  /** Whether its holder has had it for long enough. */
  boolean isOver() {
    return System.nanoTime() - since >= SLICE_NANOS;
  }

  /** The thread does not run the service's code for now, or any more. */
  void release(PrimaryThread thread) {
    if (holder == thread) {
      holder = null;
    }
  }

  /** A thread that has waited and has the turn now, or null. */
  PrimaryThread next() {
    if (holder != null || waiting.isEmpty()) {
      return null;
    }
    PrimaryThread thread = waiting.remove().thread;
    take(thread);
    return thread;
  }

  /** The thread is gone; it may have waited, if the whole process ends. */
  void forget(PrimaryThread thread) {
    waiting.removeIf(waiter -> waiter.thread == thread);
    release(thread);
  }
}
