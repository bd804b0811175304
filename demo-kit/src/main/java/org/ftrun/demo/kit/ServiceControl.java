package org.ftrun.demo.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks ftrun about a service, through the command line that its users have. */
final class ServiceControl {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

  private final Workspace workspace;
  private final List<String> command;

  /**
   * Creates the control.
   *
   * @param ftctl the ftctl command
   * @param runDirectory the run directory that ftrun was given
   * @param name the service's name
   */
  ServiceControl(Workspace workspace, Path ftctl, Path runDirectory, String name) {
    this.workspace = workspace;
    this.command = List.of(ftctl.toString(), "--run-dir", runDirectory.toString(), name);
  }

  /**
   * The service's status.
   *
   * @throws DemoException if ftctl failed, for instance because the service does not run (yet)
   */
  ServiceStatus status() throws DemoException, InterruptedException {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("status", "--json"));
    Path output = workspace.path("ftctl.out");
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectOutput(output.toFile())
              .redirectError(workspace.path("ftctl.err").toFile())
              .start();
      if (!process.waitFor(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new DemoException("ftctl gave no status in " + ANSWER_LIMIT.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw new DemoException(
            "ftctl failed with status "
                + process.exitValue()
                + workspace.lastLine("ftctl.err").map(words -> ": " + words).orElse(""));
      }
      return ServiceStatus.parse(Files.readString(output, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DemoException("cannot run " + line.get(0) + ": " + e.getMessage(), e);
    }
  }
}
