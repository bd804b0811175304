/**
 * ptrace(2) with types: {@link org.ftrun.tracer.ptrace.Tracee} is one traced thread, {@link
 * org.ftrun.tracer.ptrace.Stop} what wait4(2) said of it, {@link org.ftrun.tracer.ptrace.Registers}
 * its general registers, {@link org.ftrun.tracer.ptrace.TraceeMemory} its memory.
 *
 * <p>A tracee may be killed between any two calls: every operation that needs it alive throws the
 * stackless, checked {@link org.ftrun.tracer.ptrace.TraceeDiedException}. All objects of a tracee
 * belong to the tracer thread that seized it, except {@link org.ftrun.tracer.ptrace.TraceeMemory}'s
 * reading and writing, which any one thread may do while the tracee is stopped.
 */
package org.ftrun.tracer.ptrace;
