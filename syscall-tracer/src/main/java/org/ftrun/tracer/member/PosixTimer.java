package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * A POSIX timer of the service (timer_create(2)): whom it notifies, and when it expires next. Times
 * are nanoseconds.
 */
final class PosixTimer {
  private static final int MONOTONIC = 1;

  /** CLOCK_PROCESS_CPUTIME_ID and CLOCK_THREAD_CPUTIME_ID; negative clocks are others' of these. */
  private static final int PROCESS_TIME = 2;

  private static final int THREAD_TIME = 3;
  private static final long NANOS_A_SECOND = 1_000_000_000L;

  /** As the kernel, whose clocks hold no more. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  /**
   * What happens when it expires: the fields of struct sigevent.
   *
   * @param value sigev_value
   * @param signal sigev_signo
   * @param how sigev_notify
   * @param thread sigev_notify_thread_id, as the service knows the thread; without meaning unless
   *     {@code how} has SIGEV_THREAD_ID
   */
  record Notification(long value, int signal, int how, int thread) {}

  /** clockid_t. */
  final int clock;

  final Notification notification;

  /** si_overrun of the signal that the service was given last. */
  private int overrun;

  private boolean armed;
  private boolean absolute;
  private long deadline;
  private long left;
  private long interval;

  PosixTimer(int clock, Notification notification) {
    this.clock = clock;
    this.notification = notification;
  }

  PosixTimer copy() {
    PosixTimer copy = new PosixTimer(clock, notification);
    copy.overrun = overrun;
    copy.armed = armed;
    copy.absolute = absolute;
    copy.deadline = deadline;
    copy.left = left;
    copy.interval = interval;
    return copy;
  }

  /** A struct timespec, of which neither field is negative. */
  static long nanos(long seconds, long nanos) {
    return seconds >= LONGEST / NANOS_A_SECOND ? LONGEST : seconds * NANOS_A_SECOND + nanos;
  }

  /**
   * The service set the timer.
   *
   * @param when System.nanoTime() when it did
   * @param value it_value; 0 disarms
   * @param every it_interval; 0 for one expiry only
   * @param byClock whether the value is a time of the clock (TIMER_ABSTIME)
   */
  void set(long when, long value, long every, boolean byClock) {
    armed = value != 0;
    absolute = byClock || clock == MONOTONIC; // as System.nanoTime() is
    left = value;
    deadline = byClock ? value : when + value;
    interval = every;
  }

  boolean isArmed() {
    return armed;
  }

  /** Whether the next expiry is at a time of the clock, and not after a time. */
  boolean isAbsolute() {
    return absolute;
  }

  long interval() {
    return interval;
  }

  int overrun() {
    return overrun;
  }

  /**
   * A signal of the timer was given to the service.
   *
   * @param missed its si_overrun
   * @param now System.nanoTime()
   */
  void expired(int missed, long now) {
    overrun = missed;
    if (interval == 0) {
      armed = false;
    } else if (countsProcessorTime()) {
      absolute = false;
      left = interval;
    } else if (armed) {
      long time = absolute && clock != MONOTONIC ? timeOfClock() : now;
      if (deadline - time <= 0) {
        deadline += ((time - deadline) / interval + 1) * interval;
      }
    }
  }

  /**
   * What a successor's timer is to be armed with: of an absolute one the time, which may be past,
   * else how long from now, at least 1. What counts processor time begins anew, for a successor's
   * clocks do.
   *
   * @param now System.nanoTime()
   */
  long rest(long now) {
    if (absolute) {
      return deadline;
    }
    return countsProcessorTime() ? left : Math.max(1, deadline - now);
  }

  private boolean countsProcessorTime() {
    return clock < 0 || clock == PROCESS_TIME || clock == THREAD_TIME;
  }

  private long timeOfClock() {
    NativeMemory time = NativeMemory.allocate(16);
    long result = Libc.call(SyscallNumber.CLOCK_GETTIME, clock, time.address());
    if (result != 0) {
      throw new IllegalStateException("clock " + clock + " of a timer: errno " + -result);
    }
    return nanos(time.buffer().getLong(0), time.buffer().getLong(8));
  }
}
