/**
 * The system call table: one {@link org.ftrun.tracer.syscall.SyscallRow} for each x86-64 number of
 * Linux 6.18, listed in SyscallRows and found through {@link
 * org.ftrun.tracer.syscall.SyscallTable}. Interception, capture, injection and comparison are
 * driven by it; nothing else decides by number.
 *
 * <p>Immutable after class initialisation; any thread may read it.
 */
package org.ftrun.tracer.syscall;
