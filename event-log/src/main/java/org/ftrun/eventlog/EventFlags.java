package org.ftrun.eventlog;

/**
 * Flags of events that matter to whoever follows the log. The others are known only to the tracers
 * and their stub.
 */
public final class EventFlags {
  /** Of the SYSCALL of a birth: the child is a process of the service that is a member too. */
  public static final int CHILD_IS_MEMBER = 64;

  /** Of any event: the process of its thread ends with it, or is none of the service's any more. */
  public static final int PROCESS_ENDS = 128;

  private EventFlags() {}
}
