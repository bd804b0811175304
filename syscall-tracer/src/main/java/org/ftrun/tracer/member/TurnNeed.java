package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** At which of its stops a thread of a primary with several needs the {@link Turn}. */
final class TurnNeed {
  private final PrimaryThread thread;
  private final Interruption interruption;

  TurnNeed(PrimaryThread thread, Interruption interruption) {
    this.thread = thread;
    this.interruption = interruption;
  }

  /** Whether a stop cannot be handled yet, for another thread has the turn; else it is taken. */
  boolean isUnmet(StopKind kind) throws TraceeDiedException {
    return thread.role.areSeveral()
        && thread.probation == null
        && isThere(kind)
        && !thread.role.turn.take(thread);
  }

  /** An interruption of ours finds a call that goes on waiting: nothing comes to the service. */
  private boolean isThere(StopKind kind) throws TraceeDiedException {
    CallInFlight call = thread.call;
    if (kind == StopKind.SIGNAL || !call.executing || call.timed) {
      return true;
    }
    MemberThread member = thread.member;
    member.tracee.readRegisters(member.now);
    return interruption.hasReturned(member.now)
        || member.model().timesSockets
        || call.signalled
        || thread.fairness.isSignalWaiting();
  }

  /** Stands at a stop until it gets the turn. */
  Role await(StopKind kind, int signal) throws TraceeDiedException {
    MemberThread member = thread.member;
    member.tracee.readRegisters(member.now);
    boolean trapped =
        kind == StopKind.SIGNAL
            && signal == Signal.SIGTRAP
            && member.model().stub.isTrapped(member.now.rip());
    Role next =
        trapped ? thread.standing.returned(member.now) : thread.standing.atStop(kind, signal);
    thread.role.watch.wanted();
    return next;
  }
}
