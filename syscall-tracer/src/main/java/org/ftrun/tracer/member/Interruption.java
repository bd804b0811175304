package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * How the primary's call was left when it was interrupted, and how it goes on: with the rest, and
 * in the time, that are left of it. So the service sees nothing of an interruption of ours.
 */
final class Interruption {
  /** -ERESTARTSYS, -ERESTARTNOINTR, -ERESTARTNOHAND, -ERESTART_RESTARTBLOCK (linux/errno.h). */
  static final int ERESTARTSYS = 512;

  static final int ERESTARTNOINTR = 513;
  static final int ERESTARTNOHAND = 514;
  static final int ERESTART_RESTARTBLOCK = 516;

  private static final SyscallRow CONNECT = SyscallTable.named("connect");
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");
  private static final SyscallRow SPLICE = SyscallTable.named("splice");

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final MemberThread member;
  private final CallInFlight call;
  private final TimeLeft timeLeft;
  private final SocketTimeout socketTimeout;
  private final PartialTransfer partial;
  private final TransferRequest request;
  private final Redirection redirection;
  private final Waiting waiting;

  /** The code with which the kernel left the call, or 0 if it had not begun it. */
  private long how;

  Interruption(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
    this.timeLeft = calls.timeLeft;
    this.socketTimeout = new SocketTimeout(member);
    this.partial = calls.partial;
    this.request = calls.request;
    this.redirection = calls.redirection;
    this.waiting = calls.waiting;
  }

  /** As {@link #hasReturned}, of a call whose process dies. */
  boolean hasReturnedAtLast(Registers stopped) {
    return call.answered ? call.answer != -Errno.EINTR : hasReturned(stopped);
  }

  /** Whether a stopped call has a result, as opposed to being interrupted or not begun. */
  boolean hasReturned(Registers stopped) {
    if (call.waiting) {
      return false;
    }
    boolean trapped = member.model().stub.isTrapped(stopped.rip());
    if (!trapped && !member.model().stub.isBehindCall(stopped.rip())) {
      return false;
    }
    long result = stopped.rax();
    if (call.timed && result == -Errno.EAGAIN) {
      return false;
    }
    return trapped || !isRestart(result) && result != -Errno.EINTR;
  }

  /** Whether the kernel left a call with one of its restart codes. */
  static boolean isRestart(long result) {
    return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
  }

  /**
   * Remembers how the call was interrupted, for {@link #enterAgain}. One that was to be entered
   * again and has not come so far has been interrupted once, as it was then.
   */
  void note(Registers stopped) {
    call.answered(-Errno.EINTR);
    if (call.timed) {
      primary.noteTrap();
      how = -Errno.EINTR; // as the kernel ends calls with such a time-out
    } else if (member.model().stub.isBehindCall(stopped.rip())) {
      how = stopped.rax();
      if (isParked()) {
        how = -ERESTARTSYS; // as the kernel leaves a wait for a child
      }
    } else if (!call.enteredAgain) {
      how = 0;
    }
  }

  /** Whether a wait for a child is made as one for nothing. */
  private boolean isParked() {
    return call.waiting && call.resolution.role() == SyscallRole.CHILD_WAIT;
  }

  /**
   * Whether a call ended for a signal that another thread has got since: the kernel wakes one
   * thread for a signal of the process, and whichever comes first takes it. Natively it would have
   * dropped one that is ignored. The call is noted as interrupted, then. The other thread may have
   * ended meanwhile, for it had the turn.
   */
  boolean isForAnother(long result) {
    boolean several = call.amongSeveral || primary.role.areSeveral();
    boolean woken = result == -Errno.EINTR && several && call.resolution.mayBlock();
    if (woken) {
      how = -Errno.EINTR;
    }
    return woken;
  }

  /** How the call was interrupted: -ERESTART... or -EINTR, 0 if it had not begun. */
  long how() {
    return how;
  }

  /** Enters an interrupted call again, as if nothing had been. */
  Role enterAgain() throws TraceeDiedException {
    if (how == -Errno.EINTR && isTimed()) {
      return goOnInTime();
    }
    prepareToEnterAgain();
    member.tracee.resume(0);
    return primary.role;
  }

  /** Whether a time-out of the call's socket is to be kept from here on. */
  boolean isTimed() throws TraceeDiedException {
    boolean applies = socketTimeout.applies(call);
    call.timed = applies && SocketTimeout.canBeTimed(call);
    return applies && (call.timed || socketTimeout.isOver(call));
  }

  /** Goes on with a call of which only some time is left: tries it, or waits where it cannot be. */
  Role goOnInTime() throws TraceeDiedException {
    if (socketTimeout.isOver(call)) {
      return timedOut();
    }
    askAnew();
    redirection.renew();
    if (SocketTimeout.isMadeWhenReady(call)) {
      socketTimeout.askToWait(call);
    } else {
      request.askForRest(call);
      request.askWithoutWaiting(call);
    }
    calls.ask();
    return primary.role;
  }

  private Role timedOut() throws TraceeDiedException {
    long result = call.row == CONNECT ? -Errno.EINPROGRESS : -Errno.EAGAIN;
    return calls.returnToService(null, calls.record(EventKind.SYSCALL, 0, result));
  }

  /** A call that was made without waiting would have waited: so it is waited for. */
  Role triedInVain() throws TraceeDiedException {
    if (socketTimeout.isOver(call)) {
      return timedOut();
    }
    call.answered(-Errno.EINTR);
    socketTimeout.askToWait(call);
    calls.ask();
    return primary.role;
  }

  /** A wait has ended: the call is made now, unless its time is over. */
  Role waited(long ready) throws TraceeDiedException {
    call.answered(-Errno.EINTR);
    if (ready == 0) {
      return timedOut();
    }
    askAnew();
    redirection.renew();
    request.askForRest(call);
    if (!SocketTimeout.isMadeWhenReady(call) && !SocketTimeout.isFruitless(call)) {
      request.askWithoutWaiting(call);
    }
    calls.ask();
    return primary.role;
  }

  /**
   * Whether the interrupted call has been waiting since a signal for which a handler ran before it:
   * it would not have waited had the signal come a moment later.
   */
  boolean isOverdue() {
    return call.signalled
        && (how == -Errno.EINTR
            || how == -ERESTARTNOHAND
            || how == -ERESTART_RESTARTBLOCK
            || how == -ERESTARTSYS && !call.signalRestarts);
  }

  /** Ends the interrupted call as by a signal, whose handler has run. */
  Role end() throws TraceeDiedException {
    return calls.returnToService(null, calls.record(EventKind.SYSCALL, 0, -Errno.EINTR));
  }

  /**
   * Signals were held while the call stood interrupted: the kernel gets them before it enters the
   * call again, which they interrupt as they would have at once.
   */
  Role enterAgainWithSignals() throws TraceeDiedException {
    new OwnSignals(member).queueHeld(calls.effects.masks.inCall(call));
    return enterAgain();
  }

  private void askAnew() {
    call.askAnew();
    timeLeft.cut(call);
    calls.effects.identities.prepare(call);
  }

  /** Sets the registers to enter the call again. */
  void prepareToEnterAgain() throws TraceeDiedException {
    if (how == -ERESTART_RESTARTBLOCK) {
      call.continuing = true;
    } else if (how == -Errno.EINTR || call.row == RECVMMSG) {
      timeLeft.cut(call);
    } else if (how == -ERESTARTSYS && call.row == SPLICE) {
      call.waitBegan = System.nanoTime(); // it waited for its pipe, before its socket
    }
    if (call.waiting && !isParked()) {
      socketTimeout.askToWait(call);
    } else {
      redirection.renew();
    }
    calls.effects.masks.prepareAgain(call);
    calls.enterStub();
    call.enteredAgain = true;
  }

  /**
   * Whether a blocking transfer that was cut short by an interruption of ours has to go on with the
   * rest; then that is what is asked of the kernel.
   */
  boolean goesOn(long result, boolean interrupted) throws TraceeDiedException {
    if (!interrupted && !call.timed && !call.piece) {
      return false;
    }
    if (interrupted && FileReads.isToBeRepeated(call, result)) {
      call.answered(-Errno.EINTR);
      return true;
    }
    long position = partial.positionAfter(call, result, member.pid());
    if (position < 0 || call.timed && SocketTimeout.isMadeWhenReady(call)) {
      return false;
    }
    if (call.row == RECVMMSG) {
      timeLeft.writeBack(call, result);
      call.waitBegan = System.nanoTime(); // from here on the kernel waits for the next message
    }
    if (interrupted) {
      waiting.clearTrace(call);
    }
    if (!call.timed && !call.piece) {
      if (!waiting.goesOn(call) || isTimed() && socketTimeout.isOver(call)) {
        return false;
      }
    } else if (call.timed && socketTimeout.isOver(call)) {
      return false;
    }
    if (call.redirectedFrom != 0 && !redirection.copyPart(position)) {
      return false;
    }
    partial.advance(call, position);
    call.answered(-Errno.EINTR);
    boolean askedTimed = call.timed;
    askAnew();
    request.askForRest(call);
    if (askedTimed) {
      call.fruitlessTries = 0;
      request.askWithoutWaiting(call);
    }
    return true;
  }
}
