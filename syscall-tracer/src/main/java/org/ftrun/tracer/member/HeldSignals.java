package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;

/** Signals for the service that wait for the next call boundary, in the order they came. */
final class HeldSignals {
  /** Size of siginfo_t, bytes. */
  static final int SIGINFO_BYTES = 128;

  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();

  void add(byte[] siginfo) {
    waiting.add(siginfo);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  byte[] peek() {
    return waiting.element();
  }

  byte[] take() {
    return waiting.remove();
  }

  /** All of them, in order; they stay. */
  List<byte[]> all() {
    return List.copyOf(waiting);
  }

  /** The set of waiting signals, bit n-1 for signal n. */
  long signals() {
    long set = 0;
    for (byte[] siginfo : waiting) {
      set |= SignalActions.bit(signalOf(siginfo));
    }
    return set;
  }

  /** Takes the first one that is not in a mask; null if there is none. */
  byte[] takeUnmasked(long mask) {
    for (byte[] siginfo : waiting) {
      if ((mask & SignalActions.bit(signalOf(siginfo))) == 0) {
        waiting.remove(siginfo);
        return siginfo;
      }
    }
    return null;
  }

  /** si_signo. */
  static int signalOf(byte[] siginfo) {
    return word(siginfo, 0);
  }

  /** si_code. */
  static int codeOf(byte[] siginfo) {
    return word(siginfo, 8);
  }

  /** si_pid; meaningful for signals that a process sent. */
  static int senderOf(byte[] siginfo) {
    return word(siginfo, 16);
  }

  private static int word(byte[] siginfo, int offset) {
    return ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }
}
