package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lengths, and time stamp reads, against objdump's over whole libraries of the machine. */
@Timeout(60)
class DisassemblyTest {
  private static final Path LIBRARIES = Path.of("/usr/lib/x86_64-linux-gnu");

  /** libmvec is of AVX2 and AVX512, libm has FMA4 too, libgcrypt is in part written by hand. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "libc.so.6",
        "libm.so.6",
        "libmvec.so.1",
        "ld-linux-x86-64.so.2",
        "libgcrypt.so.20"
      })
  void shouldAgreeWithObjdump(String library) throws Exception {
    Path file = LIBRARIES.resolve(library);
    boolean isThere = Files.exists(file);
    assertThat(isThere || !library.startsWith("libc.")).isTrue();
    assumeThat(isThere).isTrue();
    Disassembly disassembly = Disassembly.of(file.toRealPath());
    assertThat(disassembly.instructions()).hasSizeGreaterThan(10_000);
    assertThat(differences(disassembly)).isEmpty();
    assertThat(found(file)).isEqualTo(timeStampReads(disassembly));
  }

  private static List<String> differences(Disassembly disassembly) {
    List<String> differences = new ArrayList<>();
    ByteBuffer code = disassembly.code();
    for (Disassembly.Instruction instruction : disassembly.instructions()) {
      int length = InstructionLength.at(code, instruction.offset());
      if (length != instruction.length() && !isPeculiar(code, instruction, length)) {
        differences.add(length + " bytes: " + instruction);
      }
    }
    return differences;
  }

  /**
   * Where objdump does not show what the processor does. It shows fwait as part of the floating
   * point instruction that follows, whose assembler name includes it; and prefixes that do not
   * count, because another stands between them and the opcode, on a line of their own. Data amid
   * code can be anything; it shows 3DNow!'s femms there.
   */
  private static boolean isPeculiar(
      ByteBuffer code, Disassembly.Instruction instruction, int length) {
    boolean fwait = length == 1 && code.get(instruction.offset()) == (byte) 0x9b;
    String text = instruction.text();
    return fwait || text.matches("rex[.WRXB]*|femms") || text.contains("(bad)");
  }

  private static List<Long> timeStampReads(Disassembly disassembly) {
    return disassembly.instructions().stream()
        .filter(Disassembly.Instruction::isTimeStampRead)
        .map(Disassembly.Instruction::address)
        .toList();
  }

  private static List<Long> found(Path file) throws Exception {
    ElfImage image = ElfImage.of(file, 0);
    List<Long> found = image.timeStampReads(image.functions());
    assertThat(image.timeStampReads(null)).containsAll(found);
    return found;
  }
}
