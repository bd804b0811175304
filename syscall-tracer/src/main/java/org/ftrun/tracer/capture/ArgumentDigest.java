package org.ftrun.tracer.capture;

import java.util.List;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * A 64-bit digest of what a thread asks the kernel: number and arguments, each cut to the width the
 * kernel looks at. Equal questions have equal digests; it is meant for comparison, not for
 * security, and cheap: the stub computes it at every call (digest_of in digest.c).
 */
public final class ArgumentDigest {
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;
  private static final int FOLD = 29;

  private ArgumentDigest() {}

  /**
   * The digest of a call. Allocates nothing.
   *
   * @param row the call; its rules say how many arguments count and how wide each is
   * @param arguments the six argument registers
   */
  public static long of(SyscallRow row, long[] arguments) {
    List<ArgumentRule> rules = row.arguments();
    long digest = mix(0, row.number() + 1L);
    for (int i = 0; i < rules.size(); i++) {
      digest = mix(digest, value(rules, i, arguments));
    }
    return digest;
  }

  /** What the kernel looks at of an argument. */
  static long value(List<ArgumentRule> rules, int index, long[] arguments) {
    int unused = Long.SIZE - rules.get(index).bits();
    return arguments[index] << unused >>> unused;
  }

  /** A digest with a value added; for a fixed digest, or a fixed value, one to one. */
  static long mix(long digest, long value) {
    long mixed = (digest ^ value) * MULTIPLIER;
    return mixed ^ mixed >>> FOLD;
  }
}
