package org.ftrun.tracer.member;

import java.util.concurrent.TimeUnit;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Sees to it that nobody waits for the {@link Turn} for ever: its holder is asked to come to its
 * next call, out of one that it waits in if need be. For the tracer thread only.
 */
final class TurnWatch {
  /** Processor time that a holder may use without a call, while another thread waits. */
  static final long LONGEST_COMPUTING_MILLIS = 1000;

  /** How long a holder may take in all: it may get little of a busy machine's time. */
  static final long LONGEST_TURN_MILLIS = 15_000;

  private final PrimaryRole role;
  private boolean looking;

  /** The turn that is being watched: its holder, and what it was when the watch began. */
  private PrimaryThread watched;

  private long turn;
  private long beganNanos;
  private long computedMillis;

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
      watch(holder);
    }
    lookLater();
  }

  private void watch(PrimaryThread holder) {
    watched = holder;
    turn = role.turn.number();
    beganNanos = System.nanoTime();
    computedMillis = ProcessorTime.ofThread(holder.member.processId(), holder.member.pid());
  }

  private void lookLater() {
    if (!looking) {
      looking = true;
      role.group.later(LONGEST_COMPUTING_MILLIS, this::look);
    }
  }

  /**
   * A holder that makes no call for so long computes, or waits for another thread by looking at
   * memory again and again: what they do there is in no order that is known to us.
   */
  private void look() {
    looking = false;
    PrimaryThread holder = role.turn.holder();
    if (!role.areSeveral() || !role.turn.isWanted() || role.assembly.isWanted()) {
      return;
    }
    if (holder != null) {
      if (holder != watched || role.turn.number() != turn || holder.call.executing) {
        watch(holder); // in a call that takes long, or another's turn
      } else if (isTooLong(holder)) {
        role.requestNative(
            "a thread of the service made no system call for a second while another waited for it");
        return;
      }
    }
    lookLater();
  }

  private boolean isTooLong(PrimaryThread holder) {
    MemberThread member = holder.member;
    long computed = ProcessorTime.ofThread(member.processId(), member.pid()) - computedMillis;
    long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    return computed >= LONGEST_COMPUTING_MILLIS - ProcessorTime.STEP_MILLIS
        || passed >= LONGEST_TURN_MILLIS;
  }
}
