package org.ftrun.tracer.syscall;

/** How a signal mask that holds for the duration of one call is passed. */
public enum TemporaryMask {
  /** The call takes no mask. */
  NONE,
  /** The argument is the address of the set, or NULL. */
  DIRECT,
  /** The argument is the address of a pair {address of the set, its size} (pselect6), or NULL. */
  PAIR
}
