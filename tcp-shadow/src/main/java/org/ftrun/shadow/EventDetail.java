package org.ftrun.shadow;

/** What the recorder puts into the detail field of an event's slot. */
@FunctionalInterface
public interface EventDetail {

  /**
   * The detail of a call, taken from its arguments at entry. Called on the tracer's thread for each
   * event; no allocation, no failure.
   *
   * @param syscall the x86-64 number
   * @param arguments the six arguments as in the registers
   * @return 0 for a call that needs none
   */
  long of(int syscall, long[] arguments);
}
