package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Gives a stopped replica what only the primary had: armed timers, pending signals, signalfds in
 * epoll instances.
 */
final class Promotion {
  private static final int SYS_SETITIMER = 38;
  private static final int ITIMER_REAL = 0;
  private static final long MICROS = 1_000_000;

  private Promotion() {}

  /** Completes the promotion; the service's registers are as before afterwards. */
  static void complete(Member member, Legacy legacy) throws TraceeDiedException {
    Registers service = new Registers();
    member.tracee.readRegisters(service);
    member.fastPath.setMode(StubArea.Mode.SOLO);
    armTimer(member);
    if (member.model().usesSignalDescriptors) {
      new SignalDescriptors(member).registerAgain();
    }
    long mask = member.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs.
    member.tracee.setSignalMask(~SignalActions.OWNED);
    OwnSignals signals = new OwnSignals(member);
    for (byte[] siginfo : legacy.pending()) {
      signals.queue(siginfo);
    }
    for (byte[] siginfo : legacy.pendingShared()) {
      signals.queueShared(siginfo);
    }
    member.tracee.setSignalMask(mask);
    legacy.held().forEach(member.held::add);
    for (byte[] siginfo : legacy.hidden()) {
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

  private static void armTimer(Member member) throws TraceeDiedException {
    IntervalTimer timer = member.model().realTimer;
    if (!timer.isArmed()) {
      return;
    }
    long left = timer.microsLeft(System.nanoTime());
    ByteBuffer value = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
    value.putLong(0, timer.intervalMicros() / MICROS);
    value.putLong(8, timer.intervalMicros() % MICROS);
    value.putLong(16, left / MICROS).putLong(24, left % MICROS);
    TraceeAddress scratch = member.model().stub.scratch();
    member.tracee.memory().write(scratch, value);
    long result = member.inject(SYS_SETITIMER, ITIMER_REAL, scratch.value(), 0);
    if (result != 0) {
      throw new IllegalStateException("setitimer: errno " + -result);
    }
  }
}
