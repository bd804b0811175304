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

  /** After so long without a call a holder is looked after, then in ever longer intervals. */
  private static final long FIRST_LOOK_MILLIS = 8;

  /** How long a holder may take in all: it may get little of a busy machine's time. */
  static final long LONGEST_TURN_MILLIS = 15_000;

  /** As that, of a holder that was found in a loop the last time. */
  private static final long FIRST_LOOK_AT_LOOP_MILLIS = 1;

  private static final int MOST_DOUBLINGS = 10;

  private final PrimaryRole role;
  private boolean looking;

  /** The turn that is being watched: its holder, and what it was when the watch began. */
  private PrimaryThread watched;

  private long turn;
  private long beganNanos;

  /** Its processor time when it was found to have made no call since the watch began. */
  private long computedMillis;

  private int looks;

  TurnWatch(PrimaryRole role) {
    this.role = role;
  }

  /** A thread waits for the turn, which another has: that one is asked for it. */
  void wanted() throws TraceeDiedException {
    PrimaryThread holder = role.turn.holder();
    if (holder != null) {
      holder.hurry();
    }
    awaited();
  }

  /** A thread waits for the turn, whoever has it or gets it before. */
  void awaited() {
    if (!looking) {
      watch(role.turn.holder());
      lookLater();
    }
  }

  private void watch(PrimaryThread holder) {
    watched = holder;
    turn = role.turn.number();
    looks = 0;
    beganNanos = System.nanoTime();
  }

  private void lookLater() {
    looking = true;
    boolean inLoopBefore = watched != null && watched.loop.wasFound();
    long first = inLoopBefore ? FIRST_LOOK_AT_LOOP_MILLIS : FIRST_LOOK_MILLIS;
    role.group.later(Math.min(LONGEST_COMPUTING_MILLIS, first << looks), this::look);
  }

  /**
   * A holder that makes no call for so long waits for another thread by looking at memory again and
   * again, as at a spin lock: then that one is let run. Or it computes: in which order its accesses
   * to memory and others' would be is not known to us.
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
      } else {
        String reason = looks == 0 ? null : whyTooLong(holder);
        if (reason != null && role.processes.mayLeave(holder)) {
          holder.atBoundary.add(service -> role.processes.leave(holder, service, reason));
        } else if (reason != null) {
          role.requestNative(reason);
          return;
        }
        if (looks == 0) {
          computedMillis = processorTimeOf(holder);
        }
        looks = Math.min(looks + 1, MOST_DOUBLINGS);
        holder.loop.look();
      }
    }
    lookLater();
  }

  private static long processorTimeOf(PrimaryThread holder) {
    return ProcessorTime.ofThread(holder.member.processId(), holder.member.pid());
  }

  /** Null, or why the holder has had the turn for too long. */
  private String whyTooLong(PrimaryThread holder) {
    MemberThread member = holder.member;
    long computed = processorTimeOf(holder) - computedMillis + FIRST_LOOK_MILLIS;
    long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    if (computed >= LONGEST_COMPUTING_MILLIS - ProcessorTime.STEP_MILLIS) {
      return "thread "
          + member.pid()
          + " of the service computed for a second without a system call while another waited";
    }
    if (passed >= LONGEST_TURN_MILLIS) {
      return "thread "
          + member.pid()
          + " of the service came to no system call in "
          + TimeUnit.MILLISECONDS.toSeconds(passed)
          + " s while another waited, "
          + computed
          + " ms of them computing, last at "
          + holder.call.row.name();
    }
    return null;
  }
}
