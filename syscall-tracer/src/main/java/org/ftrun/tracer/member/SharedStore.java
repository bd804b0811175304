package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * What a process has in its memory, writable and shared with whoever else has it there, under a
 * name of the kernel's: a file, or a System V segment.
 */
abstract class SharedStore {
  /** For messages. */
  final String name;

  SharedStore(String name) {
    this.name = name;
  }

  /** Whether another object stands for the same. */
  abstract boolean isSame(SharedStore other);

  /** Its size, bytes. */
  abstract long size();

  /** Reads from a position on; what is behind its end is zero. */
  abstract byte[] read(long position, int length);

  /** Writes at a position. */
  abstract void write(long position, byte[] bytes);

  /**
   * Puts it into a stopped process, in the place of what is there; registers and scratch are
   * changed.
   *
   * @return null, or why it could not be done
   */
  abstract String mapInto(MemberThread member, SharedFiles.Region region)
      throws TraceeDiedException;

  /** Whether somebody has written to it by a system call since it was opened or forgiven. */
  abstract boolean isWritten();

  /** What was written until now does not count: it was us. */
  abstract void forgive();
}
