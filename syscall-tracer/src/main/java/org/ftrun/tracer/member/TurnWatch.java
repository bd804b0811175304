package org.ftrun.tracer.member;

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
    if (!looking) {
      looking = true;
      long calls = holder.fairness.calls();
      role.group.later(LONGEST_WAIT_MILLIS, () -> lookAfter(holder, calls));
    }
  }

  /**
   * A holder that has made no call for so long computes, or waits for another thread by looking at
   * memory again and again: the order of what they do there is not known to us.
   */
  private void lookAfter(PrimaryThread holder, long calls) {
    looking = false;
    if (!role.areSeveral() || !role.turn.isWanted()) {
      return;
    }
    if (role.turn.isHeldBy(holder) && holder.fairness.calls() == calls && !holder.call.executing) {
      role.requestNative(
          "a thread of the service made no system call for a second while another waited for it");
    } else {
      try {
        wanted();
      } catch (TraceeDiedException e) {
        looking = false; // its end is what is reported next
      }
    }
  }
}
