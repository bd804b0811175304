package org.ftrun.tracer.syscall;

/** Which way an argument carries data. */
public enum Direction {
  /** The kernel only reads what is passed. */
  IN,
  /** The kernel writes to the memory the argument points to. */
  OUT,
  /** The kernel reads that memory, then writes to it. */
  INOUT
}
