package org.ftrun.tracer.syscall;

import org.ftrun.tracer.abi.Errno;

/** Decides the class of calls that depend on their command arguments. Allocates nothing. */
final class CommandResolver {
  private static final long MAP_ANONYMOUS = 0x20;

  private static final long CLONE_THREAD = 0x0001_0000;

  /** CLONE_FS and CLONE_FILES: what threads need not share, but do. */
  private static final long CLONE_FS_AND_FILES = 0x0600;

  /** CLONE_VM and CLONE_VFORK, which go together for a child. */
  private static final long CLONE_AS_VFORK = 0x4100;

  /**
   * What a child may have beside: CLONE_SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID,
   * CHILD_SETTID and PIDFD.
   */
  private static final long CLONE_OF_CHILDREN =
      0x0004_0000 | 0x0008_0000 | 0x0010_0000 | 0x0020_0000 | 0x0100_0000 | 0x1000;

  private static final long CLONE_SIGNAL = 0xff;
  private static final long SIGCHLD = 17;

  private static final long CLOSE_RANGE_UNSHARE = 0x2;
  private static final long CLOSE_RANGE_CLOEXEC = 0x4;
  private static final int CLOSE_RANGE_FLAGS_ARGUMENT = 2;

  private static final int PRIO_PROCESS = 0;
  private static final int IOPRIO_WHO_PROCESS = 1;

  private static final int SOL_TCP = 6;
  private static final int TCP_ZEROCOPY_RECEIVE = 35;

  private static final Resolution FILE_MAPPING =
      Resolution.of(SyscallClass.RENDEZVOUS, SyscallRole.MMAP, "");
  private static final Resolution THREAD =
      Resolution.of(SyscallClass.BOTH, SyscallRole.THREAD_BIRTH, "");
  private static final Resolution ODD_THREAD =
      end(
          SyscallRole.PLAIN,
          "the service started a thread that does not share all with the others");
  private static final Resolution ODD_CHILD =
      end(SyscallRole.PLAIN, "the service started a child process in a way ftrun does not know");
  private static final Resolution UNKNOWN_COMMAND =
      end(
          SyscallRole.PLAIN,
          "the service uses a command of a system call that ftrun does not know");
  private static final Resolution UNKNOWN_IOCTL =
      end(SyscallRole.PLAIN, "the service uses an ioctl request whose outputs ftrun does not know");
  private static final Resolution OTHER_LIMITS =
      end(SyscallRole.PLAIN, "the service changes the limits of another process");
  private static final Resolution FORWARDED =
      Resolution.of(SyscallClass.FORWARD, SyscallRole.PLAIN, "");
  private static final Resolution CLOSE_RANGE_WITHOUT_FLAGS = closeRange(0);
  private static final Resolution CLOSE_RANGE_ON_EXEC_ONLY = closeRange(CLOSE_RANGE_CLOEXEC);
  private static final Resolution NO_ZERO_COPY =
      new Resolution(
          SyscallClass.DENY,
          SyscallRole.PLAIN,
          false,
          false,
          Errno.ENOPROTOOPT,
          "receiving by remapping pages is not offered, programs receive by copying",
          -1,
          0);
  private static final Resolution[] ABOUT_SELF = {
    aboutSelf(SyscallRole.PLAIN, 0), aboutSelf(SyscallRole.PLAIN, 1)
  };
  private static final Resolution OWN_GROUP = aboutSelf(SyscallRole.GROUP, 0);

  private CommandResolver() {}

  private static Resolution end(SyscallRole role, String reason) {
    return Resolution.of(SyscallClass.END_PROTECTION, role, reason);
  }

  private static Resolution closeRange(long flags) {
    return new Resolution(
        SyscallClass.FORWARD,
        SyscallRole.PLAIN,
        false,
        false,
        0,
        "",
        CLOSE_RANGE_FLAGS_ARGUMENT,
        flags);
  }

  private static Resolution aboutSelf(SyscallRole role, int pidArgument) {
    return new Resolution(SyscallClass.BOTH, role, false, false, 0, "", pidArgument, 0);
  }

  static Resolution resolve(SyscallRow row, Irregular irregular, long[] arguments, int ownPid) {
    return switch (irregular) {
      case FCNTL, PRCTL, ARCH_PRCTL, SEMCTL, SHMCTL, MSGCTL, KEYCTL, MADVISE, FUTEX ->
          byCommand(irregular, arguments);
      case IOCTL -> ioctl(arguments);
      case MMAP -> mmap(row, arguments);
      case CLONE -> birth(row, arguments[0]);
      case CLOSE_RANGE -> closeRange(row, arguments);
      case PRLIMIT -> prlimit(arguments, ownPid);
      case ABOUT_PROCESS -> aboutProcess(row, arguments, ownPid);
      case GETSOCKOPT -> getsockopt(row, arguments);
      case RECVMSG, RECVMMSG, SENDMMSG, MSGRCV, FILE_HANDLE, CAPABILITIES, XATTR_ARGS, STATMOUNT ->
          row.resolution();
    };
  }

  private static Resolution byCommand(Irregular irregular, long[] arguments) {
    CommandRule rule = Commands.find(irregular, arguments);
    return rule == null ? UNKNOWN_COMMAND : rule.resolution();
  }

  private static Resolution ioctl(long[] arguments) {
    CommandRule rule = Commands.find(Irregular.IOCTL, arguments);
    if (rule == null) {
      rule = Commands.findIoctlType(arguments[1]);
    }
    if (rule != null) {
      return rule.resolution();
    }
    return IoctlNumber.size(arguments[1]) == 0 ? UNKNOWN_IOCTL : FORWARDED;
  }

  private static Resolution birth(SyscallRow row, long flags) {
    if ((flags & CLONE_THREAD) == 0) {
      long shared = flags & ~CLONE_SIGNAL & ~CLONE_OF_CHILDREN;
      boolean usual = shared == 0 || shared == CLONE_AS_VFORK;
      return usual && (flags & CLONE_SIGNAL) == SIGCHLD ? row.resolution() : ODD_CHILD;
    }
    return (flags & CLONE_FS_AND_FILES) == CLONE_FS_AND_FILES ? THREAD : ODD_THREAD;
  }

  private static Resolution mmap(SyscallRow row, long[] arguments) {
    long flags = arguments[3];
    if ((flags & MAP_ANONYMOUS) != 0) {
      return row.resolution();
    }
    return FILE_MAPPING;
  }

  private static Resolution closeRange(SyscallRow row, long[] arguments) {
    long flags = arguments[CLOSE_RANGE_FLAGS_ARGUMENT] & 0xffff_ffffL;
    if (flags == CLOSE_RANGE_UNSHARE) {
      return CLOSE_RANGE_WITHOUT_FLAGS;
    }
    return flags == (CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)
        ? CLOSE_RANGE_ON_EXEC_ONLY
        : row.resolution();
  }

  private static Resolution prlimit(long[] arguments, int ownPid) {
    int pid = (int) arguments[0];
    if (arguments[2] == 0) {
      return FORWARDED;
    }
    return pid == 0 || pid == ownPid ? ABOUT_SELF[0] : OTHER_LIMITS;
  }

  /** setpriority, ioprio_set and the like: both members when it is about the caller itself. */
  private static Resolution aboutProcess(SyscallRow row, long[] arguments, int ownPid) {
    int pidArgument = row.arguments().get(0).kind() == ArgumentKind.PID ? 0 : 1;
    if (pidArgument == 1) {
      int process = row.name().equals("ioprio_set") ? IOPRIO_WHO_PROCESS : PRIO_PROCESS;
      if ((int) arguments[0] != process) {
        return FORWARDED;
      }
    }
    int pid = (int) arguments[pidArgument];
    if (pid != 0 && pid != ownPid) {
      return FORWARDED;
    }
    return row.role() == SyscallRole.GROUP ? OWN_GROUP : ABOUT_SELF[pidArgument];
  }

  private static Resolution getsockopt(SyscallRow row, long[] arguments) {
    boolean remaps = (int) arguments[1] == SOL_TCP && (int) arguments[2] == TCP_ZEROCOPY_RECEIVE;
    return remaps ? NO_ZERO_COPY : row.resolution();
  }
}
