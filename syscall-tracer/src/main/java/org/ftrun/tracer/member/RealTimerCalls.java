package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.abi.TimeLayout;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The calls for the timer whose signals come in real time: setitimer(2) and getitimer(2) of
 * ITIMER_REAL, alarm(2). Each of its signals costs a stop, which takes up to 50 us, and none is
 * delivered within {@link SignalFairness}'s rest anyway; so the kernel's timer is never asked to be
 * faster than {@value #LEAST_INTERVAL_MICROS} us, while the service sees the interval that it set.
 */
final class RealTimerCalls {
  /** The shortest interval that the kernel is given, in microseconds. */
  static final long LEAST_INTERVAL_MICROS = 1000;

  static final int ITIMER_REAL = 0;

  private static final long MICROS = 1_000_000;
  private static final SyscallRow ALARM = SyscallTable.named("alarm");
  private static final SyscallRow GETITIMER = SyscallTable.named("getitimer");
  private static final SyscallRow SETITIMER = SyscallTable.named("setitimer");

  private final MemberThread member;
  private final ByteBuffer value =
      ByteBuffer.allocateDirect(TimeLayout.ITIMERVAL_SIZE).order(ByteOrder.nativeOrder());

  RealTimerCalls(MemberThread member) {
    this.member = member;
  }

  /** Rewrites what is asked of the kernel if it is faster than it may be. */
  void prepare(CallInFlight call) {
    if (call.row != SETITIMER || !isReal(call) || !read(call.arguments[1])) {
      return;
    }
    long interval = interval();
    if (interval != inKernel(interval)) {
      putInterval(LEAST_INTERVAL_MICROS);
      TraceeAddress scratch = member.room().scratch();
      member.tracee.memory().write(scratch, value);
      value.clear();
      call.asked[1] = scratch.value();
    }
  }

  /**
   * The call succeeded, or the primary's did: shows the service its own interval, and notes what it
   * set.
   *
   * @param when System.nanoTime() of the primary's call
   */
  void succeeded(CallInFlight call, long when) {
    IntervalTimer timer = member.model().realTimer;
    if (call.row == GETITIMER && isReal(call)) {
      show(call.arguments[1], timer);
    } else if (call.row == SETITIMER && isReal(call)) {
      show(call.arguments[2], timer);
      if (call.arguments[1] == 0) {
        timer.set(when, 0, 0);
      } else if (read(call.arguments[1])) {
        timer.set(when, micros(TimeLayout.ITIMERVAL_VALUE), interval());
      }
    } else if (call.row == ALARM) {
      long seconds = Integer.toUnsignedLong((int) call.arguments[0]);
      timer.set(when, IntervalTimer.micros(seconds, 0), 0);
    }
  }

  /** Gives the kernel the service's own interval: from now on nobody stands between them. */
  static void giveBack(MemberThread member) throws TraceeDiedException {
    IntervalTimer timer = member.model().realTimer;
    if (timer.isArmed() && timer.intervalMicros() != inKernel(timer.intervalMicros())) {
      long left = timer.microsLeft(System.nanoTime());
      arm(member, ITIMER_REAL, left, timer.intervalMicros());
    }
  }

  /** The interval that the kernel is given for the one that the service wants, microseconds. */
  static long inKernel(long interval) {
    return interval > 0 ? Math.max(interval, LEAST_INTERVAL_MICROS) : interval;
  }

  /** Arms a timer of the process by a call of ours. */
  static void arm(MemberThread member, int which, long left, long interval)
      throws TraceeDiedException {
    ByteBuffer value =
        ByteBuffer.allocateDirect(TimeLayout.ITIMERVAL_SIZE).order(ByteOrder.nativeOrder());
    value.putLong(0, interval / MICROS).putLong(8, interval % MICROS);
    value.putLong(16, left / MICROS).putLong(24, left % MICROS);
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().write(scratch, value);
    long result = member.inject(SyscallNumber.SETITIMER, which, scratch.value(), 0);
    if (result != 0) {
      throw new IllegalStateException("setitimer: errno " + -result);
    }
  }

  private static boolean isReal(CallInFlight call) {
    return (int) call.arguments[0] == ITIMER_REAL;
  }

  private void show(long address, IntervalTimer timer) {
    long own = timer.intervalMicros();
    if (own == inKernel(own) || !read(address) || interval() == 0) {
      return;
    }
    putInterval(own);
    member.tracee.memory().write(new TraceeAddress(address), value);
    value.clear();
  }

  private boolean read(long address) {
    value.clear();
    boolean whole =
        address != 0
            && member.tracee.memory().read(new TraceeAddress(address), value)
                == TimeLayout.ITIMERVAL_SIZE;
    value.clear();
    return whole;
  }

  private long interval() {
    return micros(TimeLayout.ITIMERVAL_INTERVAL);
  }

  private long micros(int at) {
    return IntervalTimer.micros(value.getLong(at), value.getLong(at + Long.BYTES));
  }

  private void putInterval(long micros) {
    value.putLong(TimeLayout.ITIMERVAL_INTERVAL, micros / MICROS);
    value.putLong(TimeLayout.ITIMERVAL_INTERVAL + Long.BYTES, micros % MICROS);
  }
}
