package org.ftrun.tracer.syscall;

/** Decides the class of calls that depend on a command argument. */
final class CommandResolver {
  private CommandResolver() {}

  static Resolution resolve(SyscallRow row, Irregular irregular, long[] arguments, int ownPid) {
    return row.resolution();
  }
}
