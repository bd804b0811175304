package org.ftrun.tracer.syscall;

/** What an argument is. */
public enum ArgumentKind {
  /** A number: a flag word, a size, an offset, a time. */
  VALUE,
  /** A file descriptor; may be negative where the call allows it (AT_FDCWD, mmap's -1). */
  DESCRIPTOR,
  /** A process, thread or process group id; {@link SyscallRow#ids} says which. */
  PID,
  /** A signal number. */
  SIGNAL,
  /** The address of a NUL-terminated path or name. */
  PATH,
  /** The address of data the kernel reads or writes. */
  POINTER,
  /** An address that is itself the value, such as mmap's: the kernel does not access it as data. */
  ADDRESS
}
