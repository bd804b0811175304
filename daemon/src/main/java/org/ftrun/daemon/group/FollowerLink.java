package org.ftrun.daemon.group;

import java.util.concurrent.locks.LockSupport;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventLog;
import org.ftrun.tracer.member.Newborn;

/** What the primary's tracer has to do with the replica, if there is one: on its own thread. */
final class FollowerLink {
  private static final long RENDEZVOUS_LIMIT_NANOS = 10_000_000_000L;
  private static final long RENDEZVOUS_NAP_NANOS = 5_000;
  private static final int NOBODY = -1;

  private final GroupState state;
  private final EventLog log;
  private final GroupState.Follower replica;

  FollowerLink(GroupState state, EventLog log) {
    this.state = state;
    this.log = log;
    this.replica = state.replica();
  }

  /**
   * The pid of its process that has the descriptors of the primary's.
   *
   * @param process id in events
   * @return -1 if there is none
   */
  int pidOf(int process) {
    return replica == null ? NOBODY : replica.role().processes().pidOf(process);
  }

  /** Waits until it has consumed an event; returns null, or why the wait was given up. */
  String awaitConsumed(long sequence) {
    state.wakeReplica();
    long begin = System.nanoTime();
    while (log.consumerSequence(Consumer.REPLICA).get() < sequence) {
      if (state.replica() == null) {
        return "the replica was lost";
      }
      if (System.nanoTime() - begin > RENDEZVOUS_LIMIT_NANOS) {
        return "the replica did not catch up within 10 s";
      }
      LockSupport.parkNanos(RENDEZVOUS_NAP_NANOS);
    }
    return null;
  }

  /** A thread of the primary gave up its turn by this event. */
  void expectYield(long sequence) {
    if (replica != null) {
      replica.tracer().post(() -> replica.role().expectYield(sequence));
    }
  }

  /** A process of the primary ends by this event. */
  void expectEnd(long sequence) {
    if (replica != null) {
      replica.role().processes().expectEnd(sequence);
      replica.tracer().post(() -> {});
    }
  }

  /** A process is to join it, and is killed if there is nobody to join. */
  void expect(Newborn newborn) {
    boolean[] expected = new boolean[1];
    if (replica != null) {
      replica
          .tracer()
          .call(
              () ->
                  expected[0] =
                      state.replica() == replica && replica.role().processes().expect(newborn));
    }
    if (!expected[0]) {
      newborn.kill();
    }
  }
}
