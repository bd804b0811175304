package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.ftrun.tracer.abi.SignalLayout;

/**
 * The POSIX timers of a process by their ids (timer_create(2)). Only the primary's are in the
 * kernel; its successor makes them anew, with the same ids ({@link PosixTimersAgain}).
 */
final class PosixTimers {
  /** Each signal takes stops: the kernel's timers are never asked to be faster, nanoseconds. */
  static final long LEAST_INTERVAL = 1_000_000;

  private static final int SI_TIMER = -2;

  private final NavigableMap<Integer, PosixTimer> timers = new TreeMap<>();

  PosixTimers copy() {
    PosixTimers copy = new PosixTimers();
    timers.forEach((id, timer) -> copy.timers.put(id, timer.copy()));
    return copy;
  }

  /** All of them, by ascending ids. */
  Map<Integer, PosixTimer> all() {
    return timers;
  }

  /**
   * Whether their ids have become so high that this kernel cannot be brought to give them again.
   */
  boolean isFull() {
    return !timers.isEmpty()
        && timers.lastKey() > PosixTimersAgain.HIGHEST_ID_BY_COUNTING
        && !PosixTimersAgain.canAskForIds();
  }

  /** The interval that the kernel is given for the one that the service wants, nanoseconds. */
  static long inKernel(long interval) {
    return interval > 0 ? Math.max(interval, LEAST_INTERVAL) : interval;
  }

  /** Whether a signal is one of a timer. */
  static boolean isOfTimer(byte[] siginfo) {
    return HeldSignals.codeOf(siginfo) == SI_TIMER;
  }

  /** Whether both signals are of the same timer. */
  static boolean areOfOne(byte[] one, byte[] other) {
    return isOfTimer(one)
        && isOfTimer(other)
        && HeldSignals.signalOf(one) == HeldSignals.signalOf(other)
        && word(one, SignalLayout.SIGINFO_TIMER) == word(other, SignalLayout.SIGINFO_TIMER);
  }

  /** Of one timer a single signal pends; what expires meanwhile is counted by it. */
  static void count(byte[] pending, byte[] another) {
    long overrun = (long) overrunOf(pending) + 1 + overrunOf(another);
    putOverrun(pending, overrun);
  }

  /**
   * A signal as the service is to see it: a timer that is slower than it wants tells how often it
   * would have expired. The one that is given is not changed.
   */
  byte[] shown(byte[] siginfo) {
    PosixTimer timer = of(siginfo);
    if (timer == null || timer.interval() == inKernel(timer.interval())) {
      return siginfo;
    }
    byte[] copy = siginfo.clone();
    double times = (double) inKernel(timer.interval()) / timer.interval();
    putOverrun(copy, (long) ((overrunOf(siginfo) + 1.0) * times) - 1);
    return copy;
  }

  /**
   * A signal was given to the service; it may be a timer's.
   *
   * @param now System.nanoTime()
   */
  void delivered(byte[] siginfo, long now) {
    PosixTimer timer = of(siginfo);
    if (timer != null) {
      timer.expired(overrunOf(siginfo), now);
    }
  }

  /** What a struct signalfd_siginfo says of a timer's signal, as a siginfo_t. */
  static byte[] ofDescriptor(ByteBuffer read) {
    byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
    ByteBuffer.wrap(siginfo)
        .order(ByteOrder.nativeOrder())
        .putInt(SignalLayout.SIGINFO_SIGNAL, read.getInt(SignalLayout.SIGNALFD_SIGINFO_SIGNAL))
        .putInt(SignalLayout.SIGINFO_CODE, read.getInt(SignalLayout.SIGNALFD_SIGINFO_CODE))
        .putInt(SignalLayout.SIGINFO_TIMER, read.getInt(SignalLayout.SIGNALFD_SIGINFO_TIMER))
        .putInt(SignalLayout.SIGINFO_OVERRUN, read.getInt(SignalLayout.SIGNALFD_SIGINFO_OVERRUN));
    return siginfo;
  }

  /** Whether a signal is one of these timers. */
  boolean isOfOne(byte[] siginfo) {
    return of(siginfo) != null;
  }

  private PosixTimer of(byte[] siginfo) {
    return isOfTimer(siginfo) ? timers.get(word(siginfo, SignalLayout.SIGINFO_TIMER)) : null;
  }

  private static int overrunOf(byte[] siginfo) {
    return word(siginfo, SignalLayout.SIGINFO_OVERRUN);
  }

  private static void putOverrun(byte[] siginfo, long overrun) {
    int shown = (int) Math.min(overrun, Integer.MAX_VALUE);
    ByteBuffer.wrap(siginfo)
        .order(ByteOrder.nativeOrder())
        .putInt(SignalLayout.SIGINFO_OVERRUN, shown);
  }

  private static int word(byte[] siginfo, int offset) {
    return ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder()).getInt(offset);
  }
}
