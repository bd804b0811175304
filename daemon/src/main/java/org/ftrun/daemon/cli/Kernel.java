package org.ftrun.daemon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/** What the kernel must offer and permit. An interface, so that a lack of it can be tested. */
interface Kernel {

  /** Whether a thread may divert its system calls (Linux 5.11, x86-64). */
  boolean hasSyscallUserDispatch();

  /** Whether this user may trace a child: no kernel setting forbids it. */
  boolean permitsTracing();

  /** The kernel that runs. */
  static Kernel running() {
    return new Kernel() {
      private static final int PR_SET_SYSCALL_USER_DISPATCH = 59;
      private static final int PR_SYS_DISPATCH_OFF = 0;
      private static final Path YAMA = Path.of("/proc/sys/kernel/yama/ptrace_scope");

      @Override
      public boolean hasSyscallUserDispatch() {
        return Libc.call(SyscallNumber.PRCTL, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF)
            == 0;
      }

      /** Documentation/admin-guide/LSM/Yama.rst: 2 is for CAP_SYS_PTRACE only, 3 for nobody. */
      @Override
      public boolean permitsTracing() {
        try {
          int scope = Integer.parseInt(Files.readString(YAMA).trim());
          return scope < 2 || (scope == 2 && Libc.call(SyscallNumber.GETEUID) == 0);
        } catch (IOException | NumberFormatException e) {
          return true; // no Yama in this kernel
        }
      }
    };
  }
}
