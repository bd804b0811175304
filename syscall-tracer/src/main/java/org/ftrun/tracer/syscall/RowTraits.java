package org.ftrun.tracer.syscall;

/**
 * The properties of a call that are not about one argument.
 *
 * @param irregular the handler, or null
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
    TemporaryMask mask) {}
