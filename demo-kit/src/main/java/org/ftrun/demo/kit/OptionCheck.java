package org.ftrun.demo.kit;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses options whose values make no sense. */
public final class OptionCheck {
  private OptionCheck() {}

  /**
   * Requires something of an option.
   *
   * @param otherwise what to tell the user, who also sees the usage
   * @throws ParameterException unless it holds: wrong usage
   */
  public static void require(CommandSpec command, boolean holds, String otherwise) {
    if (!holds) {
      throw new ParameterException(command.commandLine(), otherwise);
    }
  }
}
