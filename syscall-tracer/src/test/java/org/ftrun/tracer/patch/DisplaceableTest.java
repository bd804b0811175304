package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lengths of instructions; binutils is the oracle. */
@Timeout(120)
class DisplaceableTest {
  private static final Path LIBC = Path.of("/lib/x86_64-linux-gnu/libc.so.6");

  /** What must not be executed elsewhere: what refers to rip, jumps, or may fault. */
  private static final Pattern BOUND =
      Pattern.compile(
          "\\(%rip\\)|^(j|call|ret|loop|syscall|int|hlt|ud|div|idiv|leave|lock|rep|cpuid|rdtsc)");

  /** An operand in memory that is neither the stack nor the thread's own. */
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?<!%fs:0x[0-9a-f]{1,16})\\((?!%rsp\\))");

  @Test
  void shouldKnowWhatCompilersPutBehindACall() {
    assertThat(length("483d01f0ffff")).isEqualTo(6); // cmp $-4095,%rax
    assertThat(length("3d00f0ffff")).isEqualTo(5); // cmp $-4096,%eax
    assertThat(length("4883f8ff")).isEqualTo(4); // cmp $-1,%rax
    assertThat(length("4885c0")).isEqualTo(3); // test %rax,%rax
    assertThat(length("4889c7")).isEqualTo(3); // mov %rax,%rdi
    assertThat(length("4989c4")).isEqualTo(3); // mov %rax,%r12
    assertThat(length("4863f8")).isEqualTo(3); // movslq %eax,%rdi
    assertThat(length("89442418")).isEqualTo(4); // mov %eax,0x18(%rsp)
    assertThat(length("f7d8")).isEqualTo(2); // neg %eax
    assertThat(length("415c")).isEqualTo(2); // pop %r12
    assertThat(length("64488b042500000000")).isEqualTo(9); // mov %fs:0,%rax
    assertThat(length("48c7c7f7ffffff")).isEqualTo(7); // mov $-9,%rdi
    assertThat(length("488d6c2408")).isEqualTo(5); // lea 8(%rsp),%rbp
  }

  @Test
  void shouldNotKnowWhatMeansAnotherThingElsewhere() {
    assertThat(length("c3")).isZero();
    assertThat(length("7205")).isZero(); // jb
    assertThat(length("e800000000")).isZero(); // call
    assertThat(length("488b0500000000")).isZero(); // mov 0(%rip),%rax
    assertThat(length("488d0500000000")).isZero(); // lea 0(%rip),%rax
    assertThat(length("89442408cc")).isEqualTo(4);
    assertThat(length("894308")).isZero(); // mov %eax,8(%rbx): may fault
    assertThat(length("418b0424")).isZero(); // mov (%r12),%eax
    assertThat(length("8b042500000000")).isZero(); // mov 0,%eax
    assertThat(length("5c")).isZero(); // pop %rsp
    assertThat(length("f7f1")).isZero(); // div %ecx
    assertThat(length("0f05")).isZero(); // syscall
  }

  @Test
  void shouldNotReadBehindTheEnd() {
    assertThat(length("483d01f0ff")).isZero();
    assertThat(length("48")).isZero();
    assertThat(length("")).isZero();
  }

  @Test
  void shouldTellPaddingFromCode() {
    assertThat(isPadding("662e0f1f840000000000")).isTrue();
    assertThat(isPadding("0f1f00")).isTrue();
    assertThat(isPadding("669090")).isTrue();
    assertThat(isPadding("cccccc")).isTrue();
    assertThat(isPadding("6690c3")).isFalse();
    assertThat(isPadding("0f1f")).isFalse(); // not whole
    assertThat(isPadding("31c0")).isFalse();
  }

  @Test
  void shouldAgreeWithTheDisassemblerOnTheWholeCLibrary() throws Exception {
    assumeThat(Files.exists(LIBC)).as("a C library at %s", LIBC).isTrue();
    Process objdump =
        new ProcessBuilder("objdump", "-d", "--wide", "--insn-width=16", LIBC.toString()).start();
    int known = 0;
    try (BufferedReader lines = objdump.inputReader(StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        known += compare(line);
      }
    } finally {
      objdump.destroyForcibly().waitFor();
    }
    System.out.printf("%d displaceable instructions%n", known);
    assertThat(known).isGreaterThan(100_000);
  }

  /** One line: address, bytes and text, parted by tabs. Returns 1 if the instruction is known. */
  private static int compare(String line) throws IOException {
    String[] parts = line.split("\t");
    if (parts.length != 3) {
      return 0;
    }
    byte[] bytes = HexFormat.of().parseHex(parts[1].replace(" ", ""));
    // More behind it, as in a program.
    byte[] code = java.util.Arrays.copyOf(bytes, bytes.length + 16);
    int length = Displaceable.length(code, 0);
    if (length == 0) {
      return 0;
    }
    assertThat(length).as(line).isEqualTo(bytes.length);
    assertThat(BOUND.matcher(parts[2]).find()).as(line).isFalse();
    boolean accesses = !parts[2].startsWith("lea ") && !parts[2].startsWith("nop");
    assertThat(accesses && ELSEWHERE.matcher(parts[2]).find()).as(line).isFalse();
    return 1;
  }

  private static int length(String hex) {
    return Displaceable.length(HexFormat.of().parseHex(hex), 0);
  }

  private static boolean isPadding(String hex) {
    byte[] code = HexFormat.of().parseHex(hex);
    return Displaceable.isPadding(code, 0, code.length);
  }
}
