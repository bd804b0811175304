package org.ftrun.tracer.syscall;

import java.util.List;

/** The system call table of x86-64 Linux 6.18: one line a call, no logic. */
final class SyscallRows {
  private SyscallRows() {}

  static List<String> lines() {
    return TABLE.lines().filter(line -> !line.isBlank()).toList();
  }

  private static final String TABLE =
      """
      0 read FORWARD fd:fd buf:out[result@count] count:long | blocks consumes
      1 write FORWARD fd:fd buf:in[@count] count:long | blocks transfers
      """;
}
