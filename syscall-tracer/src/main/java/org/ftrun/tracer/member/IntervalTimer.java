package org.ftrun.tracer.member;

/**
 * The ITIMER_REAL of a process, which setitimer(2) and alarm(2) arm. The primary's is real; a
 * replica's is armed at takeover with what is left.
 */
final class IntervalTimer {
  /** As the kernel, which lets a time that its clock cannot hold never come; 146 years here. */
  static final long LONGEST_MICROS = Long.MAX_VALUE / 2 / 1000;

  private static final long MICROS = 1_000_000;

  private boolean armed;
  private long deadline;
  private long intervalMicros;

  IntervalTimer copy() {
    IntervalTimer copy = new IntervalTimer();
    copy.copyFrom(this);
    return copy;
  }

  /** Takes over the other's state. */
  void copyFrom(IntervalTimer other) {
    armed = other.armed;
    deadline = other.deadline;
    intervalMicros = other.intervalMicros;
  }

  /**
   * A struct timeval in microseconds, at most {@link #LONGEST_MICROS}.
   *
   * @param seconds tv_sec, not negative
   * @param micros tv_usec, 0 to 999,999
   */
  static long micros(long seconds, long micros) {
    return seconds >= LONGEST_MICROS / MICROS ? LONGEST_MICROS : seconds * MICROS + micros;
  }

  /**
   * The service set the timer.
   *
   * @param now System.nanoTime() when it did
   * @param valueMicros time to the first expiry, 0 to {@link #LONGEST_MICROS}; 0 disarms
   * @param interval time between expiries, likewise; 0 for one only
   */
  void set(long now, long valueMicros, long interval) {
    armed = valueMicros != 0;
    deadline = now + valueMicros * 1000;
    intervalMicros = interval;
  }

  boolean isArmed() {
    return armed;
  }

  long intervalMicros() {
    return intervalMicros;
  }

  /**
   * A SIGALRM of the timer was delivered.
   *
   * @param now System.nanoTime()
   */
  void expired(long now) {
    if (!armed) {
      return;
    }
    if (intervalMicros == 0) {
      armed = false;
      return;
    }
    if (deadline - now <= 0) {
      long missed = (now - deadline) / (intervalMicros * 1000) + 1;
      deadline += missed * intervalMicros * 1000;
    }
  }

  /** Microseconds to the next expiry, at least 1: what fell due meanwhile expires at once. */
  long microsLeft(long now) {
    return Math.max(1, (deadline - now) / 1000);
  }
}
