package org.ftrun.daemon.service;

/** The service could not be started; the message is one line for a person. */
public final class LaunchException extends Exception {
  private static final long serialVersionUID = 1L;

  /** ftrun itself failed. */
  public static final int FTRUN_FAILED = 125;

  /** The command was found and cannot be executed. */
  public static final int CANNOT_EXECUTE = 126;

  /** The command was not found. */
  public static final int NOT_FOUND = 127;

  private final int exitStatus;

  /**
   * Creates the exception.
   *
   * @param exitStatus ftrun's exit status, one of the constants here
   * @param line what is wrong and what to do, one line without ftrun's prefix
   */
  public LaunchException(int exitStatus, String line) {
    super(line);
    this.exitStatus = exitStatus;
  }

  /** ftrun's exit status: 125, 126 or 127. */
  public int exitStatus() {
    return exitStatus;
  }

  /**
   * What the launcher's child reported about a failed exec.
   *
   * @param command the command as the user gave it
   * @param errno the errno of exec, positive
   */
  public static LaunchException ofExec(String command, int errno) {
    return switch (errno) {
      case 2, 20 -> new LaunchException(NOT_FOUND, command + ": command not found");
      case 13 -> new LaunchException(CANNOT_EXECUTE, command + ": permission denied");
      case 8 -> new LaunchException(CANNOT_EXECUTE, command + ": not an executable format");
      case 26 -> new LaunchException(CANNOT_EXECUTE, command + ": the file is open for writing");
      default -> new LaunchException(CANNOT_EXECUTE, command + ": cannot execute, errno " + errno);
    };
  }
}
