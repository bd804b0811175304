package org.ftrun.tracer.member;

import java.util.concurrent.TimeUnit;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Sees to it that nobody waits for the {@link Turn} for ever: its holder is asked to come to its
 * next call, out of one that it waits in if need be. For the tracer thread only.
 */
final class TurnWatch {
  private static final long LONGEST_WAIT_MILLIS = 1000;

  private final PrimaryRole role;
  private boolean looking;

  TurnWatch(PrimaryRole role) {
    this.role = role;
  }

  /** A thread waits for the turn, which another has. */
  void wanted() throws TraceeDiedException {
    PrimaryThread holder = role.turn.holder();
    if (holder == null) {
      return;
    }
    holder.hurry();
    lookLater(LONGEST_WAIT_MILLIS);
  }

  private void lookLater(long millis) {
    if (!looking) {
      looking = true;
      role.group.later(Math.max(1, millis), this::look);
    }
  }

  /**
   * A holder that makes no call for so long computes, or waits for another thread by looking at
   * memory again and again: what they do there is in no order that is known to us.
   */
  private void look() {
    looking = false;
    if (!role.areSeveral() || !role.turn.isWanted() || role.assembly.isWanted()) {
      return;
    }
    long waited = TimeUnit.NANOSECONDS.toMillis(role.turn.longestWaitNanos());
    if (waited < LONGEST_WAIT_MILLIS) {
      lookLater(LONGEST_WAIT_MILLIS - waited);
    } else if (role.turn.holder() != null && !role.turn.holder().call.executing) {
      role.requestNative(
          "a thread of the service made no system call for a second while another waited for it");
    } else {
      lookLater(LONGEST_WAIT_MILLIS); // in a call that takes long, or about to pass it on
    }
  }
}
