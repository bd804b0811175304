package org.ftrun.tracer.capture;

import java.util.List;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * A 64-bit digest of what a thread asks the kernel: number and arguments, each cut to the width the
 * kernel looks at. Equal questions have equal digests; it is meant for comparison, not for
 * security, and cheap: the stub computes it at every call (digest_of in fast_path.c).
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
    long digest = (row.number() + 1L) * MULTIPLIER;
    digest ^= digest >>> FOLD;
    for (int i = 0; i < rules.size(); i++) {
      int unused = Long.SIZE - rules.get(i).bits();
      digest = (digest ^ (arguments[i] << unused >>> unused)) * MULTIPLIER;
      digest ^= digest >>> FOLD;
    }
    return digest;
  }
}
