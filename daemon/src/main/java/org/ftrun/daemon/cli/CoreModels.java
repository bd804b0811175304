package org.ftrun.daemon.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What kind of processor each core is, as /proc/cpuinfo says. Where cpuid cannot be made to fault
 * it tells each member of its own core: the members are equal only if their cores are.
 *
 * @param models vendor, family, model and stepping, by core number
 * @param cpuidFaults whether cpuid can be made to fault on all cores
 */
record CoreModels(Map<Integer, String> models, boolean cpuidFaults) {
  private static final List<String> OF_A_MODEL =
      List.of("vendor_id", "cpu family", "model", "model name", "stepping");

  /** Those of this machine. */
  static CoreModels read() {
    try {
      return parse(Files.readAllLines(Path.of("/proc/cpuinfo")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/cpuinfo", e);
    }
  }

  /** Reads a paragraph of lines {@code KEY : VALUE} for each core, its number first. */
  static CoreModels parse(List<String> lines) {
    Map<Integer, String> models = new HashMap<>();
    boolean faults = true;
    int core = -1;
    for (String line : lines) {
      String[] words = line.split("\\s*:\\s*", 2);
      if (words.length < 2) {
        continue;
      }
      if (words[0].equals("processor")) {
        core = Integer.parseInt(words[1]);
      } else if (OF_A_MODEL.contains(words[0])) {
        models.merge(core, words[1], (before, more) -> before + " " + more);
      } else if (words[0].equals("flags")) {
        faults &= Arrays.asList(words[1].split(" ")).contains("cpuid_fault");
      }
    }
    return new CoreModels(models, faults);
  }

  /** What the user should know about the choice. */
  Optional<String> warning(CoreChoice choice) {
    String primary = models.get(choice.primary());
    String replica = models.get(choice.replica());
    return cpuidFaults || primary == null || primary.equals(replica)
        ? Optional.empty()
        : Optional.of(
            "cores %d and %d are not alike (%s, %s): a program that asks by cpuid loses its replica"
                .formatted(choice.primary(), choice.replica(), primary, replica));
  }
}
