package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallClass;

/**
 * Signals for the service reach the primary at call boundaries only, and the replica at the same
 * ones: before a call, or behind the call that the signal interrupted.
 */
final class PrimarySignals {
  private static final long SYNCHRONOUS =
      SignalActions.bit(Signal.SIGSEGV)
          | SignalActions.bit(Signal.SIGBUS)
          | SignalActions.bit(Signal.SIGFPE)
          | SignalActions.bit(Signal.SIGILL)
          | SignalActions.bit(Signal.SIGTRAP);

  private final PrimaryRole primary;
  private final PrimaryCalls calls;
  private final Member member;
  private final CallInFlight call;

  PrimarySignals(PrimaryRole primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
  }

  /** Whether the code itself caused the signal, so that it comes to both members by itself. */
  static boolean isSynchronous(int signal, byte[] siginfo) {
    return (SYNCHRONOUS & SignalActions.bit(signal)) != 0 && HeldSignals.codeOf(siginfo) > 0;
  }

  /** A signal is about to be delivered; the registers are in member.now. */
  Role arrived(int signal, byte[] siginfo) throws TraceeDiedException {
    SignalActions actions = member.model().actions;
    boolean interrupted = call.executing && !calls.hasReturned(member.now);
    if (call.executing && interrupted) {
      calls.noteInterruption(member.now);
    }
    if (!call.executing && isSynchronous(signal, siginfo)) {
      return fault(signal, actions);
    }
    if (actions.isDeadly(signal)) {
      return deadly(signal, siginfo);
    }
    if (actions.isWithoutEffect(signal)) {
      return ignore(interrupted);
    }
    if (actions.stops(signal)) {
      return stop(signal, interrupted);
    }
    if (!call.executing) {
      member.held.add(siginfo.clone());
      member.tracee.resume(0);
      return primary;
    }
    if (interrupted) {
      return deliverInterrupting(signal, siginfo);
    }
    return deliverBehind(signal, siginfo);
  }

  private Role fault(int signal, SignalActions actions) throws TraceeDiedException {
    if (actions.of(signal).hasHandler()) {
      actions.entered(signal);
      member.tracee.resume(signal);
      return primary;
    }
    return new DyingRole(primary, calls).crashing(signal);
  }

  private Role deadly(int signal, byte[] siginfo) throws TraceeDiedException {
    boolean fromOutside =
        HeldSignals.codeOf(siginfo) <= 0 && HeldSignals.senderOf(siginfo) != member.pid();
    if (SignalActions.isCrash(signal) && fromOutside) {
      return new DyingRole(primary, calls).crashing(signal);
    }
    return new DyingRole(primary, calls).ownDeath(signal);
  }

  private Role ignore(boolean interrupted) throws TraceeDiedException {
    if (!call.executing) {
      member.tracee.resume(0);
      return primary;
    }
    return interrupted ? calls.enterAgain() : calls.completed(member.now.rax(), true);
  }

  private Role stop(int signal, boolean interrupted) throws TraceeDiedException {
    if (call.executing && interrupted) {
      calls.prepareToEnterAgain();
    } else if (call.executing) {
      calls.setReturned(member.now, calls.record(EventKind.SYSCALL, 0, member.now.rax()));
    }
    member.tracee.resume(signal);
    return primary;
  }

  /** At the site of a call that has not begun: the first held signal's handler runs first. */
  Role deliverBeforeCall() throws TraceeDiedException {
    byte[] siginfo = member.held.take();
    int signal = HeldSignals.signalOf(siginfo);
    member.tracee.writeRegisters(call.atSite);
    SignalActions actions = member.model().actions;
    if (actions.isWithoutEffect(signal)) {
      return primary.atCall();
    }
    if (actions.isDeadly(signal)) {
      return deadly(signal, siginfo);
    }
    member.tracee.writeSiginfo(siginfo);
    deliver(signal, siginfo, false);
    return primary;
  }

  private Role deliverInterrupting(int signal, byte[] siginfo) throws TraceeDiedException {
    long how = calls.interruption();
    boolean restart =
        how == 0
            || how == -PrimaryCalls.ERESTARTNOINTR
            || how == -PrimaryCalls.ERESTARTSYS && member.model().actions.of(signal).restarts();
    if (restart && call.transferred == 0) {
      call.executing = false;
      member.tracee.writeRegisters(call.atSite);
      deliver(signal, siginfo, false);
      return primary;
    }
    long result = calls.record(EventKind.SYSCALL, EventRecorder.FLAG_SIGNAL_FOLLOWS, -Errno.EINTR);
    calls.setReturned(member.now, result);
    deliver(signal, siginfo, true);
    return primary;
  }

  private Role deliverBehind(int signal, byte[] siginfo) throws TraceeDiedException {
    if (call.resolution.syscallClass() == SyscallClass.RENDEZVOUS) {
      member.held.add(siginfo.clone());
      return calls.completed(member.now.rax(), true);
    }
    long result =
        calls.record(EventKind.SYSCALL, EventRecorder.FLAG_SIGNAL_FOLLOWS, member.now.rax());
    calls.setReturned(member.now, result);
    deliver(signal, siginfo, true);
    return primary;
  }

  private void deliver(int signal, byte[] siginfo, boolean behindCall) throws TraceeDiedException {
    primary.recorder.publishSignal(siginfo, behindCall);
    member.model().actions.entered(signal);
    if (signal == Signal.SIGALRM) {
      member.model().realTimer.expired(System.nanoTime());
    }
    member.tracee.resume(signal);
  }
}
