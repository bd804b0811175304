package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals for the service reach the primary at call boundaries only, and the replica at the same
 * ones: before a call, or behind the call that the signal interrupted.
 */
final class PrimarySignals {
  private static final Logger LOG = LoggerFactory.getLogger(PrimarySignals.class);
  private static final long SYNCHRONOUS =
      SignalActions.bit(Signal.SIGSEGV)
          | SignalActions.bit(Signal.SIGBUS)
          | SignalActions.bit(Signal.SIGFPE)
          | SignalActions.bit(Signal.SIGILL)
          | SignalActions.bit(Signal.SIGTRAP);

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final MemberThread member;
  private final CallInFlight call;

  /** Whether the kernel has another signal to deliver before any code of the service runs. */
  private boolean chain;

  /** Where that will be: the entry of the handler that is being entered, or behind its return. */
  private long chainAt;

  PrimarySignals(PrimaryThread primary, PrimaryCalls calls) {
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
    boolean interrupted = call.executing && !calls.interruption.hasReturned(member.now);
    if (call.executing && interrupted) {
      calls.interruption.note(member.now);
    } else if (call.executing) {
      primary.noteTrap();
    }
    if (!call.executing && isSynchronous(signal, siginfo)) {
      return fault(signal, actions);
    }
    if ((member.thread().hiddenMask & SignalActions.bit(signal)) != 0) {
      member.hiddenPending.addPending(siginfo.clone());
      return ignore(interrupted);
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
      if (chain && member.now.rip() == chainAt) {
        deliver(signal, siginfo, EventRecorder.FLAG_CHAINED);
      } else {
        // It came before the handler's return, say: what was expected is not to be expected longer.
        chain = false;
        primary.fairness.hold(signal, siginfo.clone());
        member.tracee.resume(0);
      }
      return primary.role;
    }
    if (interrupted) {
      return deliverInterrupting(signal, siginfo);
    }
    return deliverBehind(signal, siginfo);
  }

  private Role fault(int signal, SignalActions actions) throws TraceeDiedException {
    if (actions.of(signal).hasHandler()) {
      chain = false;
      member.enterHandler(signal);
      member.tracee.resume(signal);
      return primary.role;
    }
    LOG.debug("{} at {}", Signal.name(signal), member.now);
    return member.ids.isRoot()
        ? new DyingRole(primary.role).crashing(primary, signal)
        : endProcess(signal);
  }

  /**
   * A further process ends as it would without us: by its own fault, which the replica's comes to
   * as well, or by a signal that is to end it.
   */
  private Role endProcess(int signal) throws TraceeDiedException {
    ProcessThreads process = member.threads();
    LOG.info("process {} of the service ends of {}", process.id(), Signal.name(signal));
    primary.role.processes.ends(primary, process, ProcessEnd.killed(process, signal));
    process.all().forEach(thread -> thread.lifeline.cut());
    member.tracee.resume(signal);
    return primary.role;
  }

  private Role deadly(int signal, byte[] siginfo) throws TraceeDiedException {
    boolean fromOutside =
        HeldSignals.codeOf(siginfo) <= 0 && HeldSignals.senderOf(siginfo) != member.processId();
    boolean followed = member.ids.isRoot() || primary.recorder.isRecording();
    if (SignalActions.isCrash(signal) && fromOutside && followed) {
      return new DyingRole(primary.role).crashing(primary, signal);
    }
    if (!member.ids.isRoot()) {
      return endProcess(signal);
    }
    if (primary.role.processes.hasFurther()) {
      return endRoot(signal, siginfo);
    }
    return new DyingRole(primary.role).ownDeath(primary, signal);
  }

  /** The root ends of a signal, and others go on: natively, for there is no member without it. */
  private Role endRoot(int signal, byte[] siginfo) throws TraceeDiedException {
    member.held.add(siginfo.clone());
    primary.role.requestNative(
        "the service's first process ends of " + Signal.name(signal) + " while others go on");
    if (!call.executing) {
      member.tracee.resume(0);
      return primary.role;
    }
    return ignore(!calls.interruption.hasReturned(member.now));
  }

  private Role ignore(boolean interrupted) throws TraceeDiedException {
    if (!call.executing) {
      member.tracee.resume(0);
      return primary.role;
    }
    return interrupted
        ? calls.interruption.enterAgain()
        : calls.completed(member.now.rax(), !primary.isTrapToCome());
  }

  private Role stop(int signal, boolean interrupted) throws TraceeDiedException {
    if (call.executing && interrupted) {
      calls.interruption.prepareToEnterAgain();
    } else if (call.executing) {
      calls.setReturned(member.now, calls.record(EventKind.SYSCALL, 0, member.now.rax()));
    }
    member.tracee.resume(signal);
    return primary.role;
  }

  /** Whether a signal is held that would have interrupted the call that is being made. */
  boolean areForCall() throws TraceeDiedException {
    return primary.fairness.isSignalWaiting()
        && member.held.peekUnmasked(calls.effects.masks.inCall(call)) != null;
  }

  /** At the site of a call that has not begun: the first held signal's handler runs first. */
  Role deliverBeforeCall() throws TraceeDiedException {
    byte[] siginfo =
        member.held.peekUnmasked(member.tracee.signalMask() | member.thread().hiddenMask);
    if (siginfo == null) {
      return postponeHeld();
    }
    int signal = HeldSignals.signalOf(siginfo);
    member.tracee.writeRegisters(call.atSite);
    SignalActions actions = member.model().actions;
    if (actions.isWithoutEffect(signal)) {
      member.held.remove(siginfo);
      return primary.atCall();
    }
    if (actions.isDeadly(signal)) {
      member.held.remove(siginfo);
      return deadly(signal, siginfo);
    }
    boolean another = anotherFollows(signal, 0);
    publish(siginfo, 0, another, true);
    member.held.remove(siginfo);
    primary.fairness.noteHandledBefore(signal);
    enter(signal);
    return primary.role;
  }

  /** What is still held is blocked by now: a handler that came first holds it back. */
  private Role postponeHeld() throws TraceeDiedException {
    while (!member.held.isEmpty()) {
      byte[] siginfo = member.held.peek();
      long bit = SignalActions.bit(HeldSignals.signalOf(siginfo));
      if ((member.thread().hiddenMask & bit) != 0) {
        member.hiddenPending.addPending(siginfo);
      } else {
        new OwnSignals(member).queueBlocked(siginfo);
      }
      member.held.take();
    }
    return primary.atCall();
  }

  /** The call has unblocked an owned signal that was pending: it comes before the call returns. */
  Role deliverReleased() throws TraceeDiedException {
    long hidden = calls.effects.hiddenAfter();
    byte[] siginfo = new OwnSignals(member).queueAllButFirst(hidden);
    int signal = HeldSignals.signalOf(siginfo);
    if (member.model().actions.isWithoutEffect(signal)) {
      member.hiddenPending.remove(siginfo);
      return calls.completed(0, false);
    }
    if (member.model().actions.isDeadly(signal)) {
      member.hiddenPending.remove(siginfo);
      return deadly(signal, siginfo);
    }
    return deliverBehindResult(signal, siginfo, 0, true);
  }

  private Role deliverInterrupting(int signal, byte[] siginfo) throws TraceeDiedException {
    long how = calls.interruption.how();
    boolean restart =
        how == 0
            || how == -Interruption.ERESTARTNOINTR
            || how == -Interruption.ERESTARTSYS && member.model().actions.of(signal).restarts();
    if (restart && call.transferred == 0) {
      call.executing = false;
      member.tracee.writeRegisters(call.atSite);
      deliver(signal, siginfo, 0);
      return primary.role;
    }
    return deliverBehindResult(signal, siginfo, -Errno.EINTR, false);
  }

  private Role deliverBehind(int signal, byte[] siginfo) throws TraceeDiedException {
    if (member.now.rax() == 0 && calls.effects.releasesHidden(call)) {
      member.hiddenPending.add(siginfo.clone()); // the kernel let it through together with those
      return deliverReleased();
    }
    if (call.resolution.syscallClass() == SyscallClass.RENDEZVOUS) {
      member.held.add(siginfo.clone());
      return calls.completed(member.now.rax(), !primary.isTrapToCome());
    }
    if (member.now.rax() != -Errno.EINTR && primary.fairness.isTooSoon(signal, siginfo)) {
      primary.fairness.rest(siginfo.clone());
      return calls.completed(member.now.rax(), !primary.isTrapToCome());
    }
    return deliverBehindResult(signal, siginfo, member.now.rax(), false);
  }

  /**
   * Records the call and the signal behind it, then delivers. Nothing that can find the primary
   * dead stands between the two events: a replica that has seen the one may count on the other.
   */
  private Role deliverBehindResult(int signal, byte[] siginfo, long kernelResult, boolean replace)
      throws TraceeDiedException {
    boolean another = anotherFollows(signal, EventRecorder.FLAG_SIGNAL_FOLLOWS);
    long result = calls.record(EventKind.SYSCALL, EventRecorder.FLAG_SIGNAL_FOLLOWS, kernelResult);
    call.executing = false; // should the process die from here on, it is not to be recorded again
    publish(siginfo, EventRecorder.FLAG_SIGNAL_FOLLOWS, another, replace);
    member.hiddenPending.remove(siginfo);
    calls.setReturned(member.now, result);
    enter(signal);
    return primary.role;
  }

  private void deliver(int signal, byte[] siginfo, int flags) throws TraceeDiedException {
    publish(siginfo, flags, anotherFollows(signal, flags), false);
    enter(signal);
  }

  /**
   * Records a signal and has the thread, at the delivery of one, get it as the service is to see
   * it.
   *
   * @param replace whether the thread is about to get another one
   */
  private void publish(byte[] siginfo, int flags, boolean another, boolean replace)
      throws TraceeDiedException {
    PosixTimers timers = member.model().posixTimers();
    byte[] shown = timers.shown(calls.effects.identities.shown(siginfo));
    timers.delivered(shown, System.nanoTime());
    chain = another;
    chainAt = member.lifeline.entryOf(HeldSignals.signalOf(siginfo));
    primary.recorder.publishSignal(shown, another ? flags | EventRecorder.FLAG_MORE : flags);
    FaultPoint.AFTER_SIGNAL.reached(primary.recorder, member, call.row);
    if (replace || shown != siginfo) {
      member.tracee.writeSiginfo(shown);
    }
  }

  private void enter(int signal) throws TraceeDiedException {
    primary.fairness.noteDelivery();
    member.enterHandler(signal);
    if (signal == Signal.SIGALRM) {
      member.model().realTimer.expired(System.nanoTime());
    }
    member.model().personal.delivered(signal, member.processId());
    member.tracee.resume(signal);
  }

  /**
   * Whether the kernel will deliver another signal at the entry of this one's handler: one that is
   * pending and not held back there.
   */
  private boolean anotherFollows(int signal, int flags) throws TraceeDiedException {
    SignalAction action = member.model().actions.of(signal);
    boolean behind = (flags & EventRecorder.FLAG_SIGNAL_FOLLOWS) != 0;
    long mask = behind ? calls.effects.masks.of(call) : -1;
    if (mask == -1) {
      mask = member.tracee.signalMask();
    }
    mask |= action.mask() | action.maskOfItself(signal);
    return follows(member.tracee.pendingSignals(true), mask)
        || follows(member.tracee.pendingSignals(false), mask);
  }

  /**
   * A handler returns: whether the kernel will deliver another signal before any code runs, and it
   * is to be let.
   *
   * @param mask the one that is restored
   * @param address where the service goes on
   */
  boolean expectAfterReturn(long mask, long address) throws TraceeDiedException {
    chainAt = address;
    chain =
        follows(member.tracee.pendingSignals(true), mask)
            || follows(member.tracee.pendingSignals(false), mask);
    return chain;
  }

  private boolean follows(byte[][] pending, long mask) {
    for (byte[] siginfo : pending) {
      int signal = HeldSignals.signalOf(siginfo);
      if ((mask & SignalActions.bit(signal)) == 0
          && signal != Signal.SIGKILL
          && !primary.fairness.isTooSoon(signal, siginfo)
          && member.model().actions.of(signal).hasHandler()) {
        return true;
      }
    }
    return false;
  }

  /** The service has come to a call or an instruction: no handler is being entered any more. */
  void chainEnds() {
    chain = false;
  }
}
