package org.ftrun.daemon.cli;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What ftrun's and ftctl's command lines have in common. */
final class CommandLines {
  private CommandLines() {}

  /**
   * Runs a command; its errors become one line on the error stream.
   *
   * @param failed the exit status if it fails without saying with which
   */
  static int run(
      CommandLine line, int failed, PrintStream out, PrintStream error, String... arguments) {
    String name = line.getCommandName();
    line.setOut(new java.io.PrintWriter(out, true));
    line.setErr(new java.io.PrintWriter(error, true));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.setInterpolateVariables(false);
    line.setParameterExceptionHandler(
        (exception, given) -> {
          error.println(name + ": " + oneLine(exception) + " (see " + name + " --help)");
          return UserError.USAGE;
        });
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          error.println(name + ": " + firstLine(exception));
          return exception instanceof UserError user ? user.exitStatus() : failed;
        });
    return line.execute(arguments);
  }

  private static String oneLine(ParameterException exception) {
    if (exception instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      return first.startsWith("-")
          ? "unknown option '" + first + "'"
          : "unexpected argument '" + first + "'";
    }
    if (exception instanceof MissingParameterException missing
        && !missing.getMissing().isEmpty()
        && missing.getMissing().get(0).isPositional()) {
      return "missing " + missing.getMissing().get(0).paramLabel();
    }
    return firstLine(exception);
  }

  private static String firstLine(Throwable exception) {
    String message = exception.getMessage();
    return message == null || message.isBlank()
        ? "unexpected " + exception.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow();
  }

  /** The command's name and the version in the jar's manifest, or that there is no jar. */
  static final class Version implements IVersionProvider {
    @Spec private CommandSpec command;

    @Override
    public String[] getVersion() {
      String version = CommandLines.class.getPackage().getImplementationVersion();
      return new String[] {command.name() + " " + (version == null ? "(source tree)" : version)};
    }
  }
}
