package org.ftrun.tracer.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.stub.DetailRule;
import org.ftrun.tracer.stub.FastTable;

/**
 * A program of src/test/c that has files of the stub in it: it is given the table of fast calls, an
 * image of memory and where that is mapped, and answers each line of its input by one of output.
 */
final class StubProgram {
  private StubProgram() {}

  /**
   * Compiles and runs it.
   *
   * @param name of its source, without the suffix
   * @param written whether digests cover what is written
   * @param base where the image is to be mapped
   * @return its output
   */
  static List<String> run(
      Path directory, String name, boolean written, byte[] image, long base, List<String> input)
      throws IOException, InterruptedException {
    Path program = directory.resolve(name);
    Path table = directory.resolve("table");
    Path memory = directory.resolve("memory");
    Path lines = directory.resolve("input");
    Files.write(table, FastTable.compile(number -> DetailRule.NONE, written));
    Files.write(memory, image);
    Files.write(lines, input);
    String source = "src/test/c/" + name + ".c";
    HeaderProbe.run(
        directory, "gcc", "-O1", "-w", "-Isrc/main/c", "-o", program.toString(), source);
    return HeaderProbe.run(
            directory,
            "sh",
            "-c",
            "exec \"$0\" \"$@\" < '" + lines + "'",
            program.toString(),
            table.toString(),
            memory.toString(),
            Long.toHexString(base))
        .lines()
        .toList();
  }
}
