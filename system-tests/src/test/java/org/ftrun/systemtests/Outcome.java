package org.ftrun.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a user sees of a program that has ended.
 *
 * @param output its standard output
 * @param exitStatus as a shell sees it: 128+n for a death by signal n
 */
record Outcome(String output, int exitStatus) {

  /** Runs a program natively, in the directory {@code work} below the given one. */
  static Outcome natively(Path directory, List<String> command) throws Exception {
    Path output = directory.resolve("stdout");
    Process process =
        new ProcessBuilder(command)
            .directory(Files.createDirectories(directory.resolve("work")).toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(FtrunProcess.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(command + " does not end; so far:\n" + Files.readString(output));
      }
      return new Outcome(Files.readString(output), process.exitValue());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** How many steps the program went through. */
  int steps() {
    return stepsIn(output);
  }

  /** How many steps a transcript shows. */
  static int stepsIn(String transcript) {
    return (int) transcript.lines().filter(line -> line.startsWith("step ")).count();
  }
}
