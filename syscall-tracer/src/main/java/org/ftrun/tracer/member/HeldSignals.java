package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

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

  byte[] take() {
    return waiting.remove();
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
