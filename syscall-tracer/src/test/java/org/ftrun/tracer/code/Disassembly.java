package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What objdump shows of a file, in its order; bytes of all sections one after the other. */
record Disassembly(ByteBuffer code, List<Instruction> instructions) {
  /**
   * One line of objdump's.
   *
   * @param address where the file wants it
   * @param offset where it stands in {@link #code}
   */
  record Instruction(long address, int offset, int length, String text) {
    boolean isTimeStampRead() {
      return text.matches("(.* )?rdtscp?");
    }
  }

  static Disassembly of(Path file) throws IOException, InterruptedException {
    Process objdump =
        new ProcessBuilder("objdump", "-dwz", "--insn-width=15", file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    List<Instruction> instructions = new ArrayList<>();
    try (BufferedReader lines = objdump.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int bytes = line.indexOf(":\t");
        int text = line.indexOf('\t', bytes + 2);
        if (bytes > 0 && text > 0) {
          int offset = code.size();
          for (int at = bytes + 2; at < text && line.charAt(at) != ' '; at += 3) {
            code.write(Integer.parseInt(line, at, at + 2, 16));
          }
          instructions.add(
              new Instruction(
                  Long.parseLong(line.substring(0, bytes).strip(), 16),
                  offset,
                  code.size() - offset,
                  line.substring(text + 1).strip()));
        }
      }
    }
    assertThat(objdump.waitFor()).isZero();
    return new Disassembly(ByteBuffer.wrap(code.toByteArray()), instructions);
  }
}
