package org.ftrun.tracer.syscall;

import java.util.List;

/**
 * One command of a call that depends on a command argument.
 *
 * @param value the command as the kernel sees it, unsigned
 * @param name as in the kernel's headers
 * @param resolution what is done with the call
 * @param direction {@link Direction#IN} if the command writes no memory
 * @param outputArgument the index of the argument that points to the output, or -1
 * @param size the output's size
 * @param ids where it has ids of threads, processes, groups and sessions
 */
public record CommandRule(
    long value,
    String name,
    Resolution resolution,
    Direction direction,
    int outputArgument,
    SizeRule size,
    List<IdRule> ids) {}
