package org.ftrun.tracer.syscall;

import java.util.List;

/**
 * The properties of a call that are not about one argument.
 *
 * @param irregular the handler, or null
 * @param ids where it has ids of threads, processes, groups and sessions
 */
record RowTraits(
    SyscallRole role,
    boolean blocks,
    boolean consumes,
    boolean transfers,
    boolean makesDescriptor,
    Irregular irregular,
    int timeoutArgument,
    TimeoutUnit timeoutUnit,
    int maskArgument,
    TemporaryMask mask,
    List<IdRule> ids) {
  /** Those of a call about which nothing is known. */
  static final RowTraits PLAIN =
      new RowTraits(
          SyscallRole.PLAIN,
          false,
          false,
          false,
          false,
          null,
          -1,
          TimeoutUnit.NONE,
          -1,
          TemporaryMask.NONE,
          List.of());
}
