package org.ftrun.benchmarks.paired;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a program is run. */
enum Manner {
  NATIVE("native"),
  FTRUN("ftrun"),
  FTRUN_SLOW("ftrun --fast-path off"),
  /** For scale: what another user of ptrace costs. */
  STRACE("strace -f");

  private final String label;

  Manner(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  boolean isProtected() {
    return this == FTRUN || this == FTRUN_SLOW;
  }

  /**
   * The command line that runs a program in this manner on the given cores.
   *
   * @param name the name of the service
   */
  List<String> command(
      Path ftrun, Path runDirectory, String name, Cores cores, List<String> program) {
    List<String> line = new ArrayList<>(List.of("taskset", "-c"));
    if (isProtected()) {
      line.add(cores.server() + "," + cores.replica());
      line.addAll(List.of(ftrun.toString(), "--name", name, "--run-dir", runDirectory.toString()));
      line.addAll(List.of("--primary-cpu", "" + cores.server()));
      line.addAll(List.of("--replica-cpu", "" + cores.replica()));
      line.addAll(List.of("--fast-path", this == FTRUN ? "on" : "off", "--"));
    } else {
      line.add("" + cores.server());
      if (this == STRACE) {
        line.addAll(List.of("strace", "-f", "-o", "/dev/null"));
      }
    }
    line.addAll(program);
    return line;
  }
}
