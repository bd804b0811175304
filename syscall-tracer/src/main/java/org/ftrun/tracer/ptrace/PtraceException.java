package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.libc.Libc;

/** The kernel refused a ptrace or wait operation for a reason other than the tracee's death. */
public final class PtraceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param operation what was asked, such as PTRACE_SEIZE of 4711
   * @param result the negative errno
   */
  public PtraceException(String operation, long result) {
    super(operation + " failed: errno " + -result + " (" + Libc.errorText((int) -result) + ")");
  }
}
