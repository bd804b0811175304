package org.ftrun.tracer.capture;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.Irregular;
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

  private static final int PAGE_SIZE = 4096;

  private final Structure structure = new Structure(Long.BYTES);
  private final Iovecs iovecs = new Iovecs();
  private final Messages messages = new Messages();
  private final IrregularOutputs irregular = new IrregularOutputs();
  private final int[] entryLengths = new int[6];
  private SyscallRow entered;

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
    entered = row;
    if (!row.needsEntry()) {
      return;
    }
    if (row.irregularOrNull() != null) {
      irregular.enter(row.irregularOrNull(), arguments, reader);
    }
    for (int i = 0; i < row.arguments().size(); i++) {
      ArgumentRule rule = row.arguments().get(i);
      if (rule.isOutput()) {
        enter(rule.size(), i, arguments, reader);
      }
    }
  }

  private void enter(SizeRule size, int index, long[] arguments, TraceeReader reader) {
    switch (size.kind()) {
      case SOCKLEN -> {
        boolean readable = structure.load(reader, arguments[size.argument()], Integer.BYTES);
        entryLengths[index] = readable ? structure.getInt(0) : 0;
      }
      case IOVEC -> {
        iovecs.clear();
        iovecs.load(reader, arguments[index], arguments[size.argument()]);
      }
      case MSGHDR -> messages.enterOne(reader, arguments[index]);
      case MMSGHDR -> {
        if (entered.irregularOrNull() != Irregular.SENDMMSG) {
          messages.enterAll(reader, arguments[index], (int) arguments[size.argument()]);
        }
      }
      default -> {}
    }
  }

  /**
   * Lists what the kernel wrote.
   *
   * @param arguments the same six values as at {@link #enter}
   * @param result what the call returned, {@code -errno} on failure; the kernel's internal restart
   *     codes (-516..-512) count as interruptions
   * @return this
   * @throws IllegalStateException if the row needs {@link #enter}, which was not called for it
   */
  public OutputRegions leave(SyscallRow row, long[] arguments, long result, TraceeReader reader) {
    clear();
    if (row.needsEntry() && entered != row) {
      throw new IllegalStateException("left without having entered: " + row);
    }
    boolean handled = false;
    for (int i = 0; i < row.arguments().size(); i++) {
      ArgumentRule rule = row.arguments().get(i);
      if (!rule.isOutput()) {
        continue;
      }
      if (rule.size().kind() == SizeRule.Kind.HANDLER) {
        if (!handled) {
          irregular.leave(row.irregularOrNull(), arguments, result, reader, this);
        }
        handled = true;
      } else if (arguments[i] != 0 && rule.written().holdsFor(result)) {
        leave(row, i, arguments, result, reader);
      }
    }
    return this;
  }

  private void leave(
      SyscallRow row, int index, long[] arguments, long result, TraceeReader reader) {
    SizeRule size = row.arguments().get(index).size();
    long address = arguments[index];
    switch (size.kind()) {
      case CONSTANT -> add(address, size.unit());
      case ARGUMENT, BITS, PAGES, RESULT ->
          add(address, flatLength(size, arguments, bits(row, size), result));
      case SOCKLEN -> {
        if (structure.load(reader, arguments[size.argument()], Integer.BYTES)) {
          add(address, Math.min(entryLengths[index], structure.getInt(0)));
        }
      }
      case IOVEC -> iovecs.fill(0, iovecs.count(), result, this);
      case MSGHDR -> messages.leaveOne(reader, result, this);
      case MMSGHDR -> {
        if (row.irregularOrNull() == Irregular.SENDMMSG) {
          Messages.leaveSent(address, result, this);
        } else {
          messages.leaveAll(reader, result, this);
        }
      }
      case NONE, STRING, HANDLER -> {}
    }
  }

  /**
   * Whether of the buffers that the call has given in lists, as {@link #enter} has found them, one
   * begins or ends at an address that matches.
   */
  public boolean anyListedEnd(SyscallRow row, LongPredicate matches) {
    if (!row.needsEntry() || entered != row) {
      return false;
    }
    boolean has = false;
    for (ArgumentRule rule : row.arguments()) {
      if (rule.isOutput()) {
        has |=
            switch (rule.size().kind()) {
              case IOVEC -> iovecs.anyEnd(matches);
              case MSGHDR, MMSGHDR -> messages.anyEnd(matches);
              default -> false;
            };
      }
    }
    return has;
  }

  /** The number of regions. */
  public int count() {
    return count;
  }

  /** Where region {@code index} starts. */
  public long address(int index) {
    return addresses[Objects.checkIndex(index, count)];
  }

  /** The length in bytes of region {@code index}, at least 1. */
  public int length(int index) {
    return lengths[Objects.checkIndex(index, count)];
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
    return flatLength(size, arguments, bits(row, size), result);
  }

  private static int bits(SyscallRow row, SizeRule size) {
    return row.arguments().get(size.argument()).bits();
  }

  /** The bytes that a rule without structures gives; 0 where there are none. */
  static int flatLength(SizeRule size, long[] arguments, int bits, long result) {
    int unused = Long.SIZE - bits;
    long argument = arguments[size.argument()] << unused >>> unused;
    long items =
        switch (size.kind()) {
          case ARGUMENT -> argument;
          case BITS ->
              Long.divideUnsigned(argument, Long.SIZE) * Long.BYTES
                  + (argument % Long.SIZE == 0 ? 0 : Long.BYTES);
          case PAGES -> (argument + PAGE_SIZE - 1) / PAGE_SIZE;
          case RESULT -> result <= 0 ? 0 : unsignedMin(result, argument);
          default -> throw new IllegalArgumentException("not a flat rule: " + size);
        };
    return (int) (unsignedMin(items, MAX_LENGTH / size.unit()) * size.unit());
  }

  static long unsignedMin(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
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
      addresses = Arrays.copyOf(addresses, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    addresses[count] = address;
    lengths[count] = (int) Math.min(length, MAX_LENGTH);
    totalLength += lengths[count++];
  }
}
