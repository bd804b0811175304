package org.ftrun.tracer.member;

/**
 * The ITIMER_REAL of a process, which setitimer(2) and alarm(2) arm. The primary's is real; a
 * replica's is armed at takeover with what is left.
 */
final class IntervalTimer {
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
   * The service set the timer.
   *
   * @param now System.nanoTime() when it did
   * @param valueMicros time to the first expiry, 0 disarms
   * @param interval time between expiries, 0 for one only
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
    while (deadline - now <= 0) {
      deadline += intervalMicros * 1000;
    }
  }

  /** Microseconds to the next expiry, at least 1: what fell due meanwhile expires at once. */
  long microsLeft(long now) {
    return Math.max(1, (deadline - now) / 1000);
  }
}
