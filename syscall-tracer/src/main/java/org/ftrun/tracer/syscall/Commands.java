package org.ftrun.tracer.syscall;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Finds the rule of a command for the calls that have commands. */
public final class Commands {
  private static final CommandTable IOCTL_TYPES =
      CommandTable.parse(CommandRows.IOCTL_TYPES_WITH_POINTERS);
  private static final Map<Irregular, CommandTable> TABLES = new EnumMap<>(Irregular.class);

  static {
    TABLES.put(Irregular.IOCTL, CommandTable.parse(CommandRows.IOCTL));
    TABLES.put(Irregular.FCNTL, CommandTable.parse(CommandRows.FCNTL));
    TABLES.put(Irregular.PRCTL, CommandTable.parse(CommandRows.PRCTL));
    TABLES.put(Irregular.ARCH_PRCTL, CommandTable.parse(CommandRows.ARCH_PRCTL));
    TABLES.put(Irregular.SEMCTL, CommandTable.parse(CommandRows.SEMCTL));
    TABLES.put(Irregular.SHMCTL, CommandTable.parse(CommandRows.SHMCTL));
    TABLES.put(Irregular.MSGCTL, CommandTable.parse(CommandRows.MSGCTL));
    TABLES.put(Irregular.KEYCTL, CommandTable.parse(CommandRows.KEYCTL));
    TABLES.put(Irregular.MADVISE, CommandTable.parse(CommandRows.MADVISE));
    TABLES.put(Irregular.FUTEX, CommandTable.parse(CommandRows.FUTEX));
  }

  private static final long FUTEX_FLAGS = 128 | 256;
  private static final long UNSIGNED_INT = 0xffff_ffffL;

  private Commands() {}

  /**
   * The rule of the command in these arguments.
   *
   * @return null if the call has no commands or the command is not listed; for an ioctl request
   *     that is not listed see {@link IoctlNumber}
   */
  public static CommandRule find(Irregular irregular, long[] arguments) {
    CommandTable table = TABLES.get(irregular);
    return table == null ? null : table.find(command(irregular, arguments));
  }

  /** The command as the kernel sees it, its modifier flags taken off. */
  private static long command(Irregular irregular, long[] arguments) {
    return switch (irregular) {
      case PRCTL, ARCH_PRCTL, KEYCTL -> arguments[0] & UNSIGNED_INT;
      case SEMCTL, MADVISE -> arguments[2] & UNSIGNED_INT;
      case FUTEX -> arguments[1] & UNSIGNED_INT & ~FUTEX_FLAGS;
      default -> arguments[1] & UNSIGNED_INT;
    };
  }

  /** The listed commands of a call in the order of their values; none if it has no commands. */
  public static List<CommandRule> list(Irregular irregular) {
    CommandTable table = TABLES.get(irregular);
    return table == null ? List.of() : table.rules();
  }

  /** The rule for all requests of an ioctl type that cannot be judged by their number, or null. */
  static CommandRule findIoctlType(long request) {
    return IOCTL_TYPES.find(IoctlNumber.type(request));
  }
}
