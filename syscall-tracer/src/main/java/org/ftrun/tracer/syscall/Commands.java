package org.ftrun.tracer.syscall;

/** Finds the rule of a command for the calls that have commands. */
public final class Commands {
  private static final CommandTable IOCTL = CommandTable.parse(CommandRows.IOCTL);
  private static final CommandTable IOCTL_TYPES =
      CommandTable.parse(CommandRows.IOCTL_TYPES_WITH_POINTERS);
  private static final CommandTable FCNTL = CommandTable.parse(CommandRows.FCNTL);
  private static final CommandTable PRCTL = CommandTable.parse(CommandRows.PRCTL);
  private static final CommandTable ARCH_PRCTL = CommandTable.parse(CommandRows.ARCH_PRCTL);
  private static final CommandTable SEMCTL = CommandTable.parse(CommandRows.SEMCTL);
  private static final CommandTable SHMCTL = CommandTable.parse(CommandRows.SHMCTL);
  private static final CommandTable MSGCTL = CommandTable.parse(CommandRows.MSGCTL);
  private static final CommandTable KEYCTL = CommandTable.parse(CommandRows.KEYCTL);
  private static final CommandTable MADVISE = CommandTable.parse(CommandRows.MADVISE);
  private static final CommandTable FUTEX = CommandTable.parse(CommandRows.FUTEX);

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
    return switch (irregular) {
      case IOCTL -> IOCTL.find(arguments[1] & UNSIGNED_INT);
      case FCNTL -> FCNTL.find(arguments[1] & UNSIGNED_INT);
      case PRCTL -> PRCTL.find(arguments[0] & UNSIGNED_INT);
      case ARCH_PRCTL -> ARCH_PRCTL.find(arguments[0] & UNSIGNED_INT);
      case SEMCTL -> SEMCTL.find(arguments[2] & UNSIGNED_INT);
      case SHMCTL -> SHMCTL.find(arguments[1] & UNSIGNED_INT);
      case MSGCTL -> MSGCTL.find(arguments[1] & UNSIGNED_INT);
      case KEYCTL -> KEYCTL.find(arguments[0] & UNSIGNED_INT);
      case MADVISE -> MADVISE.find(arguments[2] & UNSIGNED_INT);
      case FUTEX -> FUTEX.find(arguments[1] & UNSIGNED_INT & ~FUTEX_FLAGS);
      default -> null;
    };
  }

  /** The rule for all requests of an ioctl type that cannot be judged by their number, or null. */
  static CommandRule findIoctlType(long request) {
    return IOCTL_TYPES.find(IoctlNumber.type(request));
  }
}
