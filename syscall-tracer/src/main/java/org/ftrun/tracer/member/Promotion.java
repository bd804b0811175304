package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Gives a stopped replica what only the primary had: armed timers, the parent's death signal, the
 * signals of descriptors, pending signals, signalfds in epoll instances.
 */
final class Promotion {
  private static final int PR_SET_PDEATHSIG = 1;

  private Promotion() {}

  /**
   * Completes the promotion of the process; the registers of its first thread are as before
   * afterwards.
   */
  static void complete(MemberThread first, Legacy legacy) throws TraceeDiedException {
    Legacy.OfProcess left = legacy.of(first.threads());
    Registers service = new Registers();
    first.tracee.readRegisters(service);
    first.ids.succeed(left.pid());
    first.fastPath.tellParent();
    new SharedFilesAgain(first).map();
    armTimers(first, legacy);
    DaemonFault.reached(DaemonFault.Step.TIMED, first.pid());
    if (first.model().personal.deathSignal != 0) {
      first.inject(SyscallNumber.PRCTL, PR_SET_PDEATHSIG, first.model().personal.deathSignal);
    }
    if (first.model().usesSignalDescriptors) {
      new SignalDescriptors(first).registerAgain();
    }
    long mask = first.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs.
    first.lifeline.maskIs(mask);
    first.tracee.setSignalMask(~SignalActions.OWNED);
    new Owners(first).inherit(left.pid());
    OwnSignals signals = new OwnSignals(first);
    for (byte[] siginfo : left.pendingShared()) {
      if (!isMadeAgain(first, siginfo)) {
        signals.queueShared(HeldSignals.inherited(siginfo, left.pid(), first.pid()));
      }
    }
    first.tracee.setSignalMask(mask);
    first.lifeline.maskIsBack();
    first.tracee.writeRegisters(service);
  }

  /**
   * Gives a thread what its predecessor leaves; its registers are as before afterwards.
   *
   * @param dead pid of the process that its predecessor was in
   */
  static void inherit(MemberThread thread, Legacy.OfThread legacy, int dead)
      throws TraceeDiedException {
    thread.fastPath.setMode(StubArea.Mode.SOLO);
    thread.fastPath.forgetPages();
    if (!legacy.pending().isEmpty()) {
      queue(thread, legacy.pending(), dead);
    }
    for (byte[] siginfo : legacy.held()) {
      thread.held.add(HeldSignals.inherited(siginfo, dead, thread.processId()));
    }
    for (byte[] hidden : legacy.hidden()) {
      byte[] siginfo = HeldSignals.inherited(hidden, dead, thread.processId());
      // The last call may have been the one that unblocks it.
      long bit = SignalActions.bit(HeldSignals.signalOf(siginfo));
      if ((thread.thread().hiddenMask & bit) == 0) {
        thread.held.add(siginfo);
      } else {
        thread.hiddenPending.addPending(siginfo);
      }
    }
  }

  private static void queue(MemberThread thread, List<byte[]> pending, int dead)
      throws TraceeDiedException {
    Registers service = new Registers();
    thread.tracee.readRegisters(service);
    long mask = thread.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs.
    thread.lifeline.maskIs(mask);
    thread.tracee.setSignalMask(~SignalActions.OWNED);
    OwnSignals signals = new OwnSignals(thread);
    for (byte[] siginfo : pending) {
      if (!isMadeAgain(thread, siginfo)) {
        signals.queue(HeldSignals.inherited(siginfo, dead, thread.processId()));
      }
    }
    thread.tracee.setSignalMask(mask);
    thread.lifeline.maskIsBack();
    thread.tracee.writeRegisters(service);
  }

  /** A timer whose signal pended expires at once in the successor, and counts what it missed. */
  private static boolean isMadeAgain(MemberThread thread, byte[] siginfo) {
    return thread.model().posixTimers().isOfOne(siginfo);
  }

  private static void armTimers(MemberThread member, Legacy legacy) throws TraceeDiedException {
    PersonalState state = member.model().personal;
    IntervalTimer timer = member.model().realTimer;
    if (timer.isArmed()) {
      RealTimerCalls.arm(
          member,
          RealTimerCalls.ITIMER_REAL,
          timer.microsLeft(System.nanoTime()),
          RealTimerCalls.inKernel(timer.intervalMicros()));
    }
    PosixTimers timers = member.model().posixTimers();
    legacy.taken(member.threads()).forEach(siginfo -> timers.delivered(siginfo, System.nanoTime()));
    new PosixTimersAgain(member).make();
    state.virtualTimer.set(member.pid(), 0, 0);
    state.profilingTimer.set(member.pid(), 0, 0);
    for (Legacy.TimerLeft left : legacy.of(member.threads()).timers()) {
      RealTimerCalls.arm(member, left.which(), left.micros(), left.intervalMicros());
      boolean virtual = left.which() == CpuTimer.ITIMER_VIRTUAL;
      (virtual ? state.virtualTimer : state.profilingTimer)
          .set(member.pid(), left.micros(), left.intervalMicros());
    }
  }
}
