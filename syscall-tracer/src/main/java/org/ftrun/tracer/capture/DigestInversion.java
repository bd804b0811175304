package org.ftrun.tracer.capture;

import java.util.List;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * Finds the arguments of a call of which only the digest was kept, and its descriptor: those of
 * another call that differ from them in a single place besides. {@link ArgumentDigest#mix} is one
 * to one, so each place has exactly one value that would give the digest, and that of a wrong place
 * is next to always none that a program could pass.
 */
public final class DigestInversion {
  /** Inverse of the digest's multiplier, modulo 2^64. */
  private static final long INVERSE = 0xf1de_83e1_9937_733dL;

  private static final int FOLD = 29;

  /** Addresses of user space, and lengths, are less than this. */
  private static final long LARGEST = 1L << 47;

  private DigestInversion() {}

  /**
   * The arguments that have a digest.
   *
   * @param digest of number and arguments, not of written bytes
   * @param descriptor the first descriptor among the arguments; of no meaning if there is none
   * @param near six values, from which the arguments differ in at most one place, and in the
   *     descriptor
   * @return six values, or null if no place, or more than one, explains the digest
   */
  public static long[] arguments(SyscallRow row, long digest, int descriptor, long[] near) {
    long[] known = near.clone();
    int described = row.descriptorArgument();
    if (described >= 0 && (int) known[described] != descriptor) {
      known[described] = descriptor;
    }
    if (ArgumentDigest.of(row, known) == digest) {
      return known;
    }
    long[] found = null;
    for (int i = 0; i < row.arguments().size(); i++) {
      if (i == described) {
        continue;
      }
      long value = valueAt(row, digest, known, i);
      if (isPlausible(value, row.arguments().get(i).bits())) {
        if (found != null) {
          return null;
        }
        found = known.clone();
        found[i] = value;
      }
    }
    return found;
  }

  /** What one argument would have to be for the digest, the others being known. */
  private static long valueAt(SyscallRow row, long digest, long[] known, int place) {
    List<ArgumentRule> rules = row.arguments();
    long behind = digest;
    for (int i = rules.size() - 1; i > place; i--) {
      behind = unmix(behind) ^ ArgumentDigest.value(rules, i, known);
    }
    long before = ArgumentDigest.mix(0, row.number() + 1L);
    for (int i = 0; i < place; i++) {
      before = ArgumentDigest.mix(before, ArgumentDigest.value(rules, i, known));
    }
    return unmix(behind) ^ before;
  }

  /** Undoes the mixing with a value, but for the value itself. */
  private static long unmix(long mixed) {
    return (mixed ^ mixed >>> FOLD ^ mixed >>> 2 * FOLD) * INVERSE;
  }

  private static boolean isPlausible(long value, int bits) {
    return bits < Long.SIZE ? value >>> bits == 0 : value >= -LARGEST && value < LARGEST;
  }
}
