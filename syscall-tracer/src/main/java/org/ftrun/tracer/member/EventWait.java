package org.ftrun.tracer.member;

import java.util.concurrent.locks.LockSupport;

/** How a replica's tracer waits while the log has nothing for it. */
final class EventWait {
  private static final long FIRST_SLEEP_NANOS = 20_000;
  private static final long LONGEST_SLEEP_NANOS = 1_000_000;
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
      int doublings = Math.min(6, Math.max(0, idle - YIELDS) / 8);
      LockSupport.parkNanos(Math.min(LONGEST_SLEEP_NANOS, FIRST_SLEEP_NANOS << doublings));
    }
    return true;
  }
}
