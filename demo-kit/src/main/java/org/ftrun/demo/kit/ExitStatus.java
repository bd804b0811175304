package org.ftrun.demo.kit;

/** Exit statuses of the demos. */
public final class ExitStatus {
  /** The clients noticed nothing. */
  public static final int PASSED = 0;

  /** The verdict is against the server: something was lost, or a kill was not survived. */
  public static final int FAILED = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  /** The demo could not be run, so there is no verdict. */
  public static final int NOT_RUN = 3;

  private ExitStatus() {}
}
