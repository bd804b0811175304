package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Has a thread of the primary that waits for another one in a loop of its own code, as at a spin
 * lock, give up its turn there.
 */
final class PrimaryLoop {
  private final PrimaryThread thread;
  private boolean found;

  PrimaryLoop(PrimaryThread thread) {
    this.thread = thread;
  }

  /** The thread has had the turn for a while without a call, and others wait for it. */
  void look() {
    if (!thread.call.executing && !thread.standing.isStanding()) {
      thread.atBoundary.add(this::giveUpTurn);
    }
  }

  /** Whether it was in a loop when that was looked for last. */
  boolean wasFound() {
    return found;
  }

  private Role giveUpTurn(Registers own) throws TraceeDiedException {
    found = false;
    boolean inCode = own != thread.call.atSite && !thread.call.executing;
    Turn turn = thread.role.turn;
    if (!inCode || !turn.isHeldBy(thread) || !turn.isWanted() || !mayBeStepped()) {
      return null;
    }
    thread.member.lifeline.beforeStepping();
    found = SpinLoop.isAt(thread.member, own);
    if (found) {
      thread.recorder.publishYield(own);
      return thread.standing.inLoop(own);
    }
    if (thread.member.tracee.hasUnreadStop()) {
      thread.member.tracee.interrupt(); // once more, behind what has come first
      return thread.role;
    }
    return null;
  }

  /** If the tracer died, the trap of a step would come to the service's own handler. */
  private boolean mayBeStepped() {
    return !thread.member.model().actions.of(Signal.SIGTRAP).hasHandler();
  }
}
