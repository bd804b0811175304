package org.ftrun.tracer.syscall;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the row of a system call. Every number has one: what the table does not list, or the kernel
 * may learn one day, counts as END_PROTECTION.
 */
public final class SyscallTable {
  /** The highest number of Linux 6.18 (file_setattr). */
  public static final int LAST = 469;

  /** Set in the number of a call of the x32 ABI. */
  private static final long X32_BIT = 0x4000_0000L;

  private static final SyscallRow[] BY_NUMBER = new SyscallRow[LAST + 1];
  private static final Map<String, SyscallRow> BY_NAME = new HashMap<>();
  private static final List<SyscallRow> ROWS;
  private static final SyscallRow X32 =
      unlisted(-1, "x32_call", "the service uses the x32 system call interface");
  private static final SyscallRow BEYOND =
      unlisted(-1, "unknown_call", "the service uses a system call that ftrun does not know");

  static {
    for (String line : SyscallRows.lines()) {
      SyscallRow row = RowParser.parse(line);
      if (BY_NUMBER[row.number()] != null || BY_NAME.put(row.name(), row) != null) {
        throw new IllegalStateException("listed twice: " + row);
      }
      BY_NUMBER[row.number()] = row;
    }
    for (int number = 0; number <= LAST; number++) {
      if (BY_NUMBER[number] == null) {
        BY_NUMBER[number] =
            unlisted(
                number,
                "unassigned_" + number,
                "the service uses system call " + number + ", which Linux 6.18 does not have");
      }
    }
    ROWS = Collections.unmodifiableList(Arrays.asList(BY_NUMBER));
  }

  private SyscallTable() {}

  private static SyscallRow unlisted(int number, String name, String reason) {
    return new SyscallRow(
        number, name, SyscallClass.END_PROTECTION, 0, List.of(), RowTraits.PLAIN, reason);
  }

  /**
   * The row of a number, never null.
   *
   * @param number the 64-bit value of {@code rax}; those outside the table get a row of class
   *     END_PROTECTION
   */
  public static SyscallRow row(long number) {
    if (number >= 0 && number <= LAST) {
      return BY_NUMBER[(int) number];
    }
    return number > 0 && (number & X32_BIT) != 0 && number < X32_BIT << 1 ? X32 : BEYOND;
  }

  /**
   * The row of a name.
   *
   * @throws IllegalArgumentException if the table does not list it
   */
  public static SyscallRow named(String name) {
    SyscallRow row = BY_NAME.get(name);
    if (row == null) {
      throw new IllegalArgumentException("no such system call: " + name);
    }
    return row;
  }

  /** Whether the table has a line for this row, as opposed to an unassigned number. */
  public static boolean isListed(SyscallRow row) {
    return BY_NAME.get(row.name()) == row;
  }

  /** All rows from number 0 to {@link #LAST}, those of unassigned numbers included. */
  public static List<SyscallRow> rows() {
    return ROWS;
  }

  /**
   * What is done with one call, its command arguments taken into account. Allocates nothing.
   *
   * @param number the 64-bit value of {@code rax}
   * @param arguments the six argument registers, as the service passed them
   * @param ownPid the pid by which the calling process knows itself (its virtual pid)
   */
  public static Resolution resolve(long number, long[] arguments, int ownPid) {
    SyscallRow row = row(number);
    Irregular irregular = row.irregularOrNull();
    return irregular == null
        ? row.resolution()
        : CommandResolver.resolve(row, irregular, arguments, ownPid);
  }

  /** Where a call has ids of threads, processes, groups and sessions. Allocates nothing. */
  public static List<IdRule> ids(SyscallRow row, long[] arguments) {
    Irregular irregular = row.irregularOrNull();
    CommandRule command = irregular == null ? null : Commands.find(irregular, arguments);
    return command == null ? row.ids() : command.ids();
  }

  /** As {@link #resolve(long, long[], int)}, only pid 0 being taken for the caller itself. */
  public static Resolution resolve(long number, long[] arguments) {
    return resolve(number, arguments, 0);
  }
}
