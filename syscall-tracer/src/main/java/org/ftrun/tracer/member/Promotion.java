package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** Gives a stopped replica what only the primary had: its armed timers. */
final class Promotion {
  private static final int SYS_SETITIMER = 38;
  private static final int ITIMER_REAL = 0;
  private static final long MICROS = 1_000_000;

  private Promotion() {}

  /** Completes the promotion; the service's registers are to be written afterwards. */
  static void complete(Member member) throws TraceeDiedException {
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
