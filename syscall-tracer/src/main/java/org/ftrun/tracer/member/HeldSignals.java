package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.ftrun.tracer.abi.Signal;

/** Signals for the service that wait for the next call boundary, in the order they came. */
final class HeldSignals {
  /** Size of siginfo_t, bytes. */
  static final int SIGINFO_BYTES = 128;

  private static final int FIRST_REAL_TIME = 32;

  /** Offset of si_pid in siginfo_t. */
  static final int SENDER = 16;

  /** Offset of si_code. */
  static final int CODE = 8;

  private static final int SI_USER = 0;
  private static final int SI_QUEUE = -1;
  private static final int SI_MESGQ = -3;
  private static final int SI_TKILL = -6;

  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private final ArrayDeque<byte[]> resting = new ArrayDeque<>();
  private final Runnable atAddition;

  HeldSignals() {
    this(() -> {});
  }

  /**
   * An empty set.
   *
   * @param atAddition what is to be done when a signal begins to wait
   */
  HeldSignals(Runnable atAddition) {
    this.atAddition = atAddition;
  }

  /** The signal waits for the next call boundary; it makes up for one of its kind that rests. */
  void add(byte[] siginfo) {
    resting.removeIf(other -> isInstead(siginfo, other));
    if (!isCounted(siginfo, waiting)) {
      waiting.add(siginfo);
    }
    atAddition.run();
  }

  /** Whether the kernel would let only one of both pend, one counting what the other tells. */
  private static boolean isInstead(byte[] siginfo, byte[] other) {
    if (PosixTimers.areOfOne(siginfo, other)) {
      PosixTimers.count(siginfo, other);
      return true;
    }
    return signalOf(other) == signalOf(siginfo) && signalOf(siginfo) < FIRST_REAL_TIME;
  }

  /** Of a timer a single signal pends, which counts the others. */
  private static boolean isCounted(byte[] siginfo, Collection<byte[]> pending) {
    for (byte[] other : pending) {
      if (PosixTimers.areOfOne(other, siginfo)) {
        PosixTimers.count(other, siginfo);
        return true;
      }
    }
    return false;
  }

  /** As the kernel lets a signal pend: of a standard one only the first instance is kept. */
  void addPending(byte[] siginfo) {
    int signal = signalOf(siginfo);
    if (isCounted(siginfo, waiting)) {
      return;
    }
    if (signal >= FIRST_REAL_TIME || (signals() & SignalActions.bit(signal)) == 0) {
      waiting.add(siginfo);
    }
  }

  /**
   * Keeps a timer's signal that is not to be delivered before {@link #wake}; as the kernel lets one
   * pend, no second one beside one that is here.
   *
   * @return true if none rested before
   */
  boolean rest(byte[] siginfo) {
    boolean first = resting.isEmpty();
    int signal = signalOf(siginfo);
    boolean counted = isCounted(siginfo, waiting) || isCounted(siginfo, resting);
    boolean isHere =
        signal < FIRST_REAL_TIME
            && ((signals() & SignalActions.bit(signal)) != 0
                || resting.stream().anyMatch(other -> signalOf(other) == signal));
    if (!counted && !isHere) {
      resting.add(siginfo);
    }
    return first && !resting.isEmpty();
  }

  /** The resting signals wait for the next call boundary from now on. */
  void wake() {
    while (!resting.isEmpty()) {
      add(resting.remove());
    }
  }

  /** Forgets all instances of a signal. */
  void drop(int signal) {
    waiting.removeIf(siginfo -> signalOf(siginfo) == signal);
    resting.removeIf(siginfo -> signalOf(siginfo) == signal);
  }

  /** Forgets the waiting signals that fulfil a condition. */
  void dropIf(IntPredicate condition) {
    waiting.removeIf(siginfo -> condition.test(signalOf(siginfo)));
  }

  /** Whether none waits; what rests does not count. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  byte[] peek() {
    return waiting.element();
  }

  byte[] take() {
    return waiting.remove();
  }

  /** All of them, also those that rest, in order; they stay. */
  List<byte[]> all() {
    return Stream.concat(waiting.stream(), resting.stream()).toList();
  }

  /** The set of waiting signals, bit n-1 for signal n. */
  long signals() {
    long set = 0;
    for (byte[] siginfo : waiting) {
      set |= SignalActions.bit(signalOf(siginfo));
    }
    return set;
  }

  /** The first one that is not in a mask, which stays; null if there is none. */
  byte[] peekUnmasked(long mask) {
    for (byte[] siginfo : waiting) {
      if ((mask & SignalActions.bit(signalOf(siginfo))) == 0) {
        return siginfo;
      }
    }
    return null;
  }

  /** Forgets one of those that were given; does nothing if it is not here. */
  void remove(byte[] siginfo) {
    waiting.remove(siginfo);
  }

  /** si_signo. */
  static int signalOf(byte[] siginfo) {
    return word(siginfo, 0);
  }

  /** si_code. */
  static int codeOf(byte[] siginfo) {
    return word(siginfo, CODE);
  }

  /** Whether si_pid is a sender or a child: sigaction(2) has what else may stand there. */
  static boolean namesProcess(int signal, int code) {
    return code == SI_USER
        || code == SI_QUEUE
        || code == SI_MESGQ
        || code == SI_TKILL
        || signal == Signal.SIGCHLD && code > 0;
  }

  /**
   * A signal of a dead process as its successor has it: what the dead sent itself, it sent itself.
   */
  static byte[] inherited(byte[] siginfo, int dead, int successor) {
    if (namesProcess(signalOf(siginfo), codeOf(siginfo)) && senderOf(siginfo) == dead) {
      byte[] copy = siginfo.clone();
      ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()).putInt(SENDER, successor);
      return copy;
    }
    return siginfo;
  }

  /** si_pid; meaningful for signals that a process sent. */
  static int senderOf(byte[] siginfo) {
    return word(siginfo, SENDER);
  }

  /** si_arch; meaningful for SIGSYS. */
  static int architectureOf(byte[] siginfo) {
    return word(siginfo, 28);
  }

  /** Si_addr; meaningful for faults. */
  static long faultAddressOf(byte[] siginfo) {
    return ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN).getLong(16);
  }

  private static int word(byte[] siginfo, int offset) {
    return ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }
}
