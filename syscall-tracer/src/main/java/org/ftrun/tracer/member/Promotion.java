package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Gives a stopped replica what only the primary had: armed timers, the parent's death signal, the
 * signals of descriptors, pending signals, signalfds in epoll instances.
 */
final class Promotion {
  private static final int SYS_SETITIMER = 38;
  private static final int SYS_PRCTL = 157;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int ITIMER_REAL = 0;
  private static final long MICROS = 1_000_000;

  private Promotion() {}

  /** Completes the promotion; the service's registers are as before afterwards. */
  static void complete(Member member, Legacy legacy) throws TraceeDiedException {
    Registers service = new Registers();
    member.tracee.readRegisters(service);
    member.fastPath.setMode(StubArea.Mode.SOLO);
    member.ids.succeed(legacy.pid());
    member.fastPath.tellParent();
    armTimers(member, legacy);
    if (member.model().personal.deathSignal != 0) {
      member.inject(SYS_PRCTL, PR_SET_PDEATHSIG, member.model().personal.deathSignal);
    }
    if (member.model().usesSignalDescriptors) {
      new SignalDescriptors(member).registerAgain();
    }
    long mask = member.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs.
    member.tracee.setSignalMask(~SignalActions.OWNED);
    new Owners(member).inherit(legacy.pid());
    OwnSignals signals = new OwnSignals(member);
    for (byte[] siginfo : legacy.pending()) {
      signals.queue(HeldSignals.inherited(siginfo, legacy.pid(), member.pid()));
    }
    for (byte[] siginfo : legacy.pendingShared()) {
      signals.queueShared(HeldSignals.inherited(siginfo, legacy.pid(), member.pid()));
    }
    member.tracee.setSignalMask(mask);
    for (byte[] siginfo : legacy.held()) {
      member.held.add(HeldSignals.inherited(siginfo, legacy.pid(), member.pid()));
    }
    for (byte[] hidden : legacy.hidden()) {
      byte[] siginfo = HeldSignals.inherited(hidden, legacy.pid(), member.pid());
      // The last call may have been the one that unblocks it.
      long bit = SignalActions.bit(HeldSignals.signalOf(siginfo));
      if ((member.model().hiddenMask & bit) == 0) {
        member.held.add(siginfo);
      } else {
        member.hiddenPending.addPending(siginfo);
      }
    }
    member.tracee.writeRegisters(service);
  }

  private static void armTimers(Member member, Legacy legacy) throws TraceeDiedException {
    PersonalState state = member.model().personal;
    IntervalTimer timer = member.model().realTimer;
    if (timer.isArmed()) {
      arm(member, ITIMER_REAL, timer.microsLeft(System.nanoTime()), timer.intervalMicros());
    }
    state.virtualTimer.set(member.pid(), 0, 0);
    state.profilingTimer.set(member.pid(), 0, 0);
    for (Legacy.TimerLeft left : legacy.timers()) {
      arm(member, left.which(), left.micros(), left.intervalMicros());
      boolean virtual = left.which() == CpuTimer.ITIMER_VIRTUAL;
      (virtual ? state.virtualTimer : state.profilingTimer)
          .set(member.pid(), left.micros(), left.intervalMicros());
    }
  }

  private static void arm(Member member, int which, long left, long interval)
      throws TraceeDiedException {
    ByteBuffer value = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
    value.putLong(0, interval / MICROS).putLong(8, interval % MICROS);
    value.putLong(16, left / MICROS).putLong(24, left % MICROS);
    TraceeAddress scratch = member.model().stub.scratch();
    member.tracee.memory().write(scratch, value);
    long result = member.inject(SYS_SETITIMER, which, scratch.value(), 0);
    if (result != 0) {
      throw new IllegalStateException("setitimer: errno " + -result);
    }
  }
}
