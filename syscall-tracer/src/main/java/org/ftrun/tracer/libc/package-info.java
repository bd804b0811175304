/**
 * The one door to native code: JNA direct mapping of libc's {@code syscall(2)} and of {@code
 * posix_spawn(3)}. Everything else of the kernel's interface is reached through {@link
 * org.ftrun.tracer.libc.Libc#call}; results follow the kernel's convention (a negative errno, never
 * an exception), so that a caller decides what an error means.
 *
 * <p>Thread-safe and stateless; any thread may call in. ptrace calls must of course come from the
 * thread that seized the tracee.
 */
package org.ftrun.tracer.libc;
