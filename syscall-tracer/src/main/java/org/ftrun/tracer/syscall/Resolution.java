package org.ftrun.tracer.syscall;

/**
 * What is done with one particular call, its command arguments taken into account.
 *
 * @param syscallClass the effective class
 * @param role the effective marker
 * @param mayBlock whether this call may wait
 * @param deniedErrno the positive errno for {@link SyscallClass#DENY}, else 0
 * @param reason why, a sentence for the user, for DENY and END_PROTECTION; else empty
 * @param rewrittenArgument the index of an argument that is replaced before the call is executed,
 *     in both members alike, or -1
 * @param rewrittenValue what that argument becomes
 */
public record Resolution(
    SyscallClass syscallClass,
    SyscallRole role,
    boolean mayBlock,
    int deniedErrno,
    String reason,
    int rewrittenArgument,
    long rewrittenValue) {}
