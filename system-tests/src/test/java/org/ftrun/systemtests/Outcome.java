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

  /** Demands that it is what the program does natively; the first difference comes first. */
  void demandSameAs(Outcome natively, FtrunProcess ftrun) {
    if (equals(natively)) {
      return;
    }
    List<String> lines = output.lines().toList();
    List<String> expected = natively.output.lines().toList();
    int line = 0;
    while (line < Math.min(lines.size(), expected.size())
        && lines.get(line).equals(expected.get(line))) {
      line++;
    }
    throw new AssertionError(
        String.format(
            "exit status %d, natively %d; %d lines, natively %d; line %d:%n%s%nnatively:%n%s%n%s",
            exitStatus,
            natively.exitStatus,
            lines.size(),
            expected.size(),
            line + 1,
            around(lines, line),
            around(expected, line),
            ftrun.messages()));
  }

  private static String around(List<String> lines, int line) {
    int from = Math.max(0, line - 2);
    return String.join("\n", lines.subList(from, Math.max(from, Math.min(lines.size(), line + 3))));
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
