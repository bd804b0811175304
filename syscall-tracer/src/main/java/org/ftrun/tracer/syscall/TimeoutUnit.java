package org.ftrun.tracer.syscall;

/** How a relative time-out is passed. */
public enum TimeoutUnit {
  /** There is no relative time-out. */
  NONE,
  /** An int by value, in milliseconds; negative waits for ever. */
  MILLISECONDS,
  /** The address of a {@code struct timespec}; NULL waits for ever. */
  TIMESPEC,
  /** The address of a {@code struct timeval}; NULL waits for ever. */
  TIMEVAL
}
