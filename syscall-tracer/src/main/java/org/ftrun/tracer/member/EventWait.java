package org.ftrun.tracer.member;

import java.util.concurrent.locks.LockSupport;

/** How a replica's tracer waits while the log has nothing for it. */
final class EventWait {
  private static final long FIRST_SLEEP_NANOS = 20_000;

  /**
   * The longest sleep is 20 ms, when nothing has come for 80 ms. Whoever is in a hurry wakes the
   * tracer: a seal, a command, a rendezvous.
   */
  private static final int MOST_DOUBLINGS = 10;

  /** So many sleeps are equally long: they become longer as the time without an event does. */
  private static final int SLEEPS_A_LENGTH = 4;

  private static final int SPINS = 200;
  private static final int YIELDS = 400;

  /** Between two looks at the process, where the wait does not sleep. */
  private static final int SPINS_A_LOOK = 4096;

  private static final int YIELDS_A_LOOK = 1024;

  private final ReplicaRole.Waiting waiting;
  private int idle;

  EventWait(ReplicaRole.Waiting waiting) {
    this.waiting = waiting;
  }

  /** Something has happened: the next wait begins with spinning. */
  void reset() {
    idle = 0;
  }

  /**
   * Waits for a moment.
   *
   * @return whether it is time to look whether the process still lives
   */
  boolean pause() {
    idle++;
    if (idle < SPINS || waiting == ReplicaRole.Waiting.SPIN && idle % SPINS_A_LOOK != 0) {
      Thread.onSpinWait();
      return false;
    }
    if (idle < YIELDS || waiting == ReplicaRole.Waiting.YIELD && idle % YIELDS_A_LOOK != 0) {
      Thread.yield();
      return false;
    }
    if (waiting == ReplicaRole.Waiting.SLEEP) {
      LockSupport.parkNanos(sleepNanos(idle - YIELDS));
    }
    return true;
  }

  /** How long to sleep after so many sleeps without an event. */
  private static long sleepNanos(int sleeps) {
    int doublings = Math.min(MOST_DOUBLINGS, Math.max(0, sleeps) / SLEEPS_A_LENGTH);
    return FIRST_SLEEP_NANOS << doublings;
  }
}
