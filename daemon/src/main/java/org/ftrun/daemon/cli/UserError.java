package org.ftrun.daemon.cli;

/** What ends ftrun or ftctl with one line for the user. */
final class UserError extends Exception {
  private static final long serialVersionUID = 1L;

  /** Wrong usage of the command line. */
  static final int USAGE = 2;

  /** ftrun itself failed. */
  static final int FTRUN_FAILED = 125;

  private final int exitStatus;

  UserError(int exitStatus, String line) {
    super(line);
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
