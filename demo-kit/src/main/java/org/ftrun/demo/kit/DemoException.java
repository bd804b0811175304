package org.ftrun.demo.kit;

/** The demo cannot be run, or not to its end. The message is one line for a person. */
public final class DemoException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its one-line reason. */
  public DemoException(String reason) {
    super(reason);
  }

  /** Creates the exception with its one-line reason and what led to it. */
  public DemoException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
