package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * ITIMER_VIRTUAL or ITIMER_PROF, which count the processor time of a process (setitimer(2)). Only
 * the primary's runs; its successor's is set to what was left of it.
 */
final class CpuTimer {
  static final int ITIMER_VIRTUAL = 1;
  static final int ITIMER_PROF = 2;

  /** CPUCLOCK_VIRT and CPUCLOCK_PROF of the kernel's posix-timers.h. */
  private static final int USER_TIME = 1;

  private static final int ALL_TIME = 0;
  private static final long NANOS_A_SECOND = 1_000_000_000L;

  private final int which;
  private final IntervalTimer timer;
  private long lastKnown;

  CpuTimer(int which) {
    this(which, new IntervalTimer());
  }

  private CpuTimer(int which, IntervalTimer timer) {
    this.which = which;
    this.timer = timer;
  }

  CpuTimer copy() {
    CpuTimer copy = new CpuTimer(which, timer.copy());
    copy.lastKnown = lastKnown;
    return copy;
  }

  /** Takes over the other's state. */
  void copyFrom(CpuTimer other) {
    timer.copyFrom(other.timer);
    lastKnown = other.lastKnown;
  }

  /** ITIMER_VIRTUAL or ITIMER_PROF. */
  int which() {
    return which;
  }

  /** The process set it, with times as in {@link IntervalTimer#set}. */
  void set(int pid, long valueMicros, long intervalMicros) {
    timer.set(now(pid), valueMicros, intervalMicros);
  }

  /** It is disarmed, as in a process that has just been born. */
  void forget() {
    timer.set(0, 0, 0);
    lastKnown = 0;
  }

  /** Its signal was delivered to the process. */
  void expired(int pid) {
    timer.expired(now(pid));
  }

  boolean isArmed() {
    return timer.isArmed();
  }

  long intervalMicros() {
    return timer.intervalMicros();
  }

  /** Microseconds of processor time to the next expiry, at least 1. */
  long microsLeft(int pid) {
    return timer.microsLeft(now(pid));
  }

  /** Processor time of a process, nanoseconds; of one that is gone, the time known last. */
  private long now(int pid) {
    NativeMemory time = NativeMemory.allocate(16);
    int clock = ~pid << 3 | (which == ITIMER_VIRTUAL ? USER_TIME : ALL_TIME);
    if (Libc.call(SyscallNumber.CLOCK_GETTIME, clock, time.address()) == 0) {
      lastKnown = time.buffer().getLong(0) * NANOS_A_SECOND + time.buffer().getLong(8);
    }
    return lastKnown;
  }
}
