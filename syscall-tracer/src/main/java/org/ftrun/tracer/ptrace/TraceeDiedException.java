package org.ftrun.tracer.ptrace;

/**
 * The tracee is dead or dying: an expected outcome, hence checked, shared and without a stack
 * trace. What follows it is the tracee's exit event or its wait status.
 */
public final class TraceeDiedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The one instance. */
  public static final TraceeDiedException INSTANCE = new TraceeDiedException();

  private TraceeDiedException() {
    super("the tracee died", null, false, false);
  }
}
