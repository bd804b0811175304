package org.ftrun.tracer.capture;

import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * The pieces of a tracee's memory that the kernel wrote in one call, in argument order.
 *
 * <p>Used in two steps: {@link #enter} before the call is executed reads the lengths and pointers
 * that the call itself will overwrite; {@link #leave} after it lists the regions. Where the kernel
 * leaves it open whether it wrote (a time-out written back on error, padding inside a structure)
 * the region covers it: what was not written is equal in both members, so recording it is harmless.
 *
 * <p>Reusable, allocates only to grow. One instance a thread of the member; not thread-safe.
 */
public final class OutputRegions {
  /** No single region is longer: the kernel's own limit for one transfer (MAX_RW_COUNT). */
  public static final int MAX_LENGTH = 0x7fff_f000;

  private long[] addresses = new long[16];
  private int[] lengths = new int[16];
  private int count;
  private long totalLength;

  /**
   * Reads what must be known before the call is executed. Does nothing for most calls.
   *
   * @param arguments the six argument registers
   */
  public void enter(SyscallRow row, long[] arguments, TraceeReader reader) {
    clear();
  }

  /**
   * Lists what the kernel wrote.
   *
   * @param arguments the same six values as at {@link #enter}
   * @param result what the call returned, {@code -errno} on failure
   * @return this
   */
  public OutputRegions leave(SyscallRow row, long[] arguments, long result, TraceeReader reader) {
    clear();
    return this;
  }

  /** The number of regions. */
  public int count() {
    return count;
  }

  /** Where region {@code index} starts. */
  public long address(int index) {
    return addresses[java.util.Objects.checkIndex(index, count)];
  }

  /** The length in bytes of region {@code index}, at least 1. */
  public int length(int index) {
    return lengths[java.util.Objects.checkIndex(index, count)];
  }

  /** The sum of all lengths. */
  public long totalLength() {
    return totalLength;
  }

  /**
   * Whether the call's only output is one flat buffer that the result measures, so that its payload
   * can be the bare bytes without an {@link OutputRecord}.
   */
  public static boolean isRaw(SyscallRow row, long[] arguments) {
    return rawArgument(row, arguments) >= 0;
  }

  /** Where the bytes of a raw payload belong. */
  public static long rawAddress(SyscallRow row, long[] arguments) {
    return arguments[rawArgument(row, arguments)];
  }

  /** How many bytes of the buffer the kernel wrote; 0 on error. */
  public static int rawLength(SyscallRow row, long[] arguments, long result) {
    SizeRule size = row.arguments().get(rawArgument(row, arguments)).size();
    return flatLength(size, arguments, result);
  }

  private static int flatLength(SizeRule size, long[] arguments, long result) {
    if (result <= 0) {
      return 0;
    }
    long bound = Math.max(0, arguments[size.argument()]);
    return (int) Math.min(MAX_LENGTH, Math.min(result, bound) * size.unit());
  }

  private static int rawArgument(SyscallRow row, long[] arguments) {
    int raw = -1;
    for (int i = 0; i < row.arguments().size(); i++) {
      ArgumentRule rule = row.arguments().get(i);
      if (rule.isOutput() && arguments[i] != 0) {
        if (raw >= 0 || rule.size().kind() != SizeRule.Kind.RESULT) {
          return -1;
        }
        raw = i;
      }
    }
    return raw;
  }

  private void clear() {
    count = 0;
    totalLength = 0;
  }

  void add(long address, long length) {
    if (address == 0 || length <= 0) {
      return;
    }
    if (count == addresses.length) {
      addresses = java.util.Arrays.copyOf(addresses, count * 2);
      lengths = java.util.Arrays.copyOf(lengths, count * 2);
    }
    addresses[count] = address;
    lengths[count] = (int) Math.min(length, MAX_LENGTH);
    totalLength += lengths[count++];
  }
}
