package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a user sees of one of the scripts, once it has ended and nothing of it is left.
 *
 * @param output its standard output
 * @param errors its standard error
 */
record ScriptRun(int exitStatus, String output, String errors) {
  private static final AtomicInteger RUNS = new AtomicInteger();

  /** Runs a script in a directory, without a run directory of the user's own. */
  static ScriptRun in(Path directory, Path script, List<String> arguments) throws Exception {
    return by(List.of(), directory, script, arguments);
  }

  /** As {@link #in}, by another program that execs what it is given. */
  static ScriptRun by(List<String> starter, Path directory, Path script, List<String> arguments)
      throws Exception {
    assertThat(script).isExecutable();
    String mark = "script-" + ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();
    Path output = directory.resolve(mark + ".out");
    Path errors = directory.resolve(mark + ".err");
    List<String> command = new ArrayList<>(starter);
    command.add(script.toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().put(Leftovers.VARIABLE, mark);
    builder.environment().remove("XDG_RUNTIME_DIR");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(FtrunProcess.LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("%s ends: %s", command, Files.readString(errors))
          .isTrue();
      ScriptRun run =
          new ScriptRun(process.exitValue(), Files.readString(output), Files.readString(errors));
      assertThat(Leftovers.findStaying(mark, directory.toRealPath()))
          .as("processes left by %s", command)
          .isEmpty();
      return run;
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /** Checks that it said nothing but one line, which begins like this. */
  void assertFailed(int status, String line) {
    assertThat(errors).startsWith(line).endsWith("\n").hasLineCount(1);
    assertThat(output).isEmpty();
    assertThat(exitStatus).as(errors).isEqualTo(status);
  }

  /** Checks that it did what was asked; returns its output. */
  String assertDone() {
    assertThat(errors).isEmpty();
    assertThat(exitStatus).isZero();
    return output;
  }
}
