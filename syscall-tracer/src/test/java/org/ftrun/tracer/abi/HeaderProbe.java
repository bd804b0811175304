package org.ftrun.tracer.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks the machine's C compiler and headers for the value of constants. */
public final class HeaderProbe {
  private static final int LIMIT_SECONDS = 60;

  private HeaderProbe() {}

  /** All macros a header defines, with their replacement text. */
  public static Map<String, String> macros(Path directory, String header) throws Exception {
    Path source = directory.resolve("macros.c");
    Files.writeString(source, "#include <" + header + ">\n");
    Map<String, String> macros = new LinkedHashMap<>();
    for (String line : run(directory, "gcc", "-dM", "-E", source.toString()).split("\n")) {
      String[] words = line.split(" ", 3);
      if (words.length == 3) {
        macros.put(words[1], words[2]);
      }
    }
    return macros;
  }

  /**
   * Compiles and runs a program that prints {@code name value} lines.
   *
   * @param declarations what stands before main
   * @param body the statements of main
   */
  public static Map<String, Long> values(Path directory, String declarations, List<String> body)
      throws Exception {
    Path source = directory.resolve("probe.c");
    Path program = directory.resolve("probe");
    Files.writeString(
        source,
        "#define _GNU_SOURCE\n"
            + declarations
            + "\n#include <stdio.h>\n#include <stddef.h>\nint main(void) {\n"
            + String.join("\n", body)
            + "\nreturn 0; }\n");
    run(directory, "gcc", "-w", "-o", program.toString(), source.toString());
    Map<String, Long> values = new LinkedHashMap<>();
    for (String line : run(directory, program.toString()).split("\n")) {
      String[] words = line.split(" ");
      values.put(words[0], Long.parseUnsignedLong(words[1]));
    }
    return values;
  }

  /** The statement that prints a constant for {@link #values}. */
  public static String print(String name, String expression) {
    return "printf(\"" + name + " %lu\\n\", (unsigned long)(" + expression + "));";
  }

  /** What a program prints; it must end with status 0. */
  public static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended && process.exitValue() == 0).as("%s: %s", command[0], text).isTrue();
    return text;
  }
}
