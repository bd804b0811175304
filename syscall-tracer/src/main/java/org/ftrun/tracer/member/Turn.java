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

  private final ArrayDeque<PrimaryThread> waiting = new ArrayDeque<>();
  private PrimaryThread holder;
  private long since;
  private long number;

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
      waiting.remove(thread);
      since = System.nanoTime();
      number++;
    }
    return holder == thread;
  }

  /** The thread goes on as soon as it has the turn. */
  void await(PrimaryThread thread) {
    if (!waiting.contains(thread)) {
      waiting.add(thread);
    }
  }

  /** A thread that may have waited goes on, with the turn or in a call for which it needs none. */
  void goesOn(PrimaryThread thread) {
    waiting.remove(thread);
  }

  /** Whether any thread waits for it. */
  boolean isWanted() {
    return !waiting.isEmpty();
  }

  /** How many times it has been taken so far: tells one turn from another. */
  long number() {
    return number;
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
    PrimaryThread thread = waiting.remove();
    take(thread);
    return thread;
  }

  /** The thread is gone; it may have waited, if the whole process ends. */
  void forget(PrimaryThread thread) {
    waiting.remove(thread);
    release(thread);
  }
}
