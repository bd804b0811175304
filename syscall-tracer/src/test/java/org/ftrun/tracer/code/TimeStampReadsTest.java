package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs of a real compiler, and memory made up. */
@Timeout(60)
class TimeStampReadsTest {
  private static final long BASE = 0x5555_5555_0000L;
  private static final int PIECE = 1 << 16;
  private static final int ALL = Integer.MAX_VALUE;

  /** Numbers and distances that contain the bytes, none of them executed. */
  private static final String CHANCE =
      """
      #include <x86intrin.h>
      unsigned plain(void) { return 0x310f; }
      unsigned long wide(void) { return 0x11f9010f22310f33ul; }
      int *far(int *p) { return p + 0x310f00 / 4; }
      void moved(char *p) { asm volatile("movl $0x310f,0x310f(%%rax)" ::: "memory"); }
      void vector(void) { asm volatile("vpternlogd $0x31,0x310f(%rax),%zmm1,%zmm2"); }
      void compared(void) { asm volatile("cmpl $0xf9010f,%eax"); }
      """;

  @TempDir Path directory;

  private ElfImage compile(String source, String... options) throws Exception {
    Path file = directory.resolve("program.c");
    Path program = directory.resolve("program");
    Files.writeString(file, source + "\nint main(void) { return 0; }\n");
    String[] command = {"gcc", "-O1", "-w", "-o", program.toString(), file.toString()};
    String[] all = new String[command.length + options.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(options, 0, all, command.length, options.length);
    HeaderProbe.run(directory, all);
    return ElfImage.of(program, BASE);
  }

  /** How many reads are found, if they are those that objdump shows. */
  private int reads(ElfImage image, long base) throws Exception {
    List<Long> expected =
        Disassembly.of(directory.resolve("program")).instructions().stream()
            .filter(Disassembly.Instruction::isTimeStampRead)
            .map(instruction -> base + instruction.address())
            .toList();
    assertThat(image.timeStampReads(image.functions())).isEqualTo(expected);
    return expected.size();
  }

  @Test
  void shouldFindNothingWhenBytesAreInOtherInstructions() throws Exception {
    ElfImage image = compile(CHANCE);
    assertThat(image.timeStampReads(null)).hasSizeGreaterThanOrEqualTo(8);
    assertThat(reads(image, BASE)).isZero();
  }

  @Test
  void shouldFindTheReadsAmongOtherInstructions() throws Exception {
    ElfImage image =
        compile(
            CHANCE
                + """
                unsigned long clock(unsigned long *p) {
                  asm volatile("movl $0x310f,%%ecx" ::: "ecx");
                  *p = __rdtsc();
                  asm volatile("movl $0x310f,%%ecx" ::: "ecx");
                  return *p ^ 0x310f310f;
                }
                unsigned long processor(unsigned *p) { return __rdtscp(p) ^ 0xf9010f; }
                """);
    assertThat(reads(image, BASE)).isEqualTo(2);
  }

  @Test
  void shouldFindTheReadWhenPrefixesStandBefore() throws Exception {
    ElfImage image =
        compile(
            """
            void wide(void) { asm volatile(".byte 0x48,0x0f,0x31" ::: "rax", "rdx"); }
            void padded(void) { asm volatile(".byte 0x66,0x2e,0x4f,0x0f,0x31" ::: "rax", "rdx"); }
            void repeated(void) { asm volatile(".byte 0xf3,0x0f,0x31" ::: "rax", "rdx"); }
            void rexed(void) { asm volatile(".byte 0x48,0x0f,0x01,0xf9" ::: "rax", "rcx", "rdx"); }
            """);
    List<Long> found = image.timeStampReads(image.functions());
    assertThat(found).hasSize(4).isEqualTo(image.timeStampReads(null));
  }

  @Test
  void shouldCountBytesWhenAnUnknownInstructionStandsBefore() throws Exception {
    ElfImage image =
        compile(
            "void f(void) { asm volatile(\"jmp 1f\\n.byte 0x06\\n1: movl $0x310f,%eax\"); }\n"
                + "void g(void) { asm volatile(\"movl $0x310f,%eax\\n.byte 0x06\"); }\n");
    assertThat(image.timeStampReads(null)).hasSize(2);
    assertThat(image.timeStampReads(image.functions())).hasSize(1);
  }

  @Test
  void shouldCountBytesWhenTheyBelongToNoFunction() throws Exception {
    ElfImage image =
        compile(CHANCE, "-fno-asynchronous-unwind-tables", "-fno-exceptions", "-fno-unwind-tables");
    List<Long> bytes = image.timeStampReads(null);
    assertThat(image.timeStampReads(image.functions())).isEqualTo(bytes).isNotEmpty();
  }

  @Test
  void shouldTellThemApartWhenProgramHasAFixedAddress() throws Exception {
    compile(CHANCE + "unsigned long now(void) { return __rdtsc(); }", "-no-pie");
    ElfImage image = ElfImage.of(directory.resolve("program"), 0);
    assertThat(reads(image, 0)).isEqualTo(1);
  }

  @Test
  void shouldTellThemApartWhenAFunctionIsLongerThanAPiece() throws Exception {
    ElfImage image =
        compile(
            """
            void longer(void) {
              asm volatile(".rept 40000\\nmovl $0x310f,%ecx\\n.endr\\nrdtsc\\nmovl $0x310f,%ecx");
            }
            """);
    assertThat(image.timeStampReads(null)).hasSize(40_002);
    assertThat(reads(image, BASE)).isEqualTo(1);
  }

  @Test
  void shouldFindTheSameWhenALibraryIsMapped() throws Exception {
    long image = 0;
    List<Long> found = new ArrayList<>();
    CodeMemory own = new TraceeMemory((int) ProcessHandle.current().pid())::read;
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] fields = line.split(" +");
      if (line.endsWith("/libc.so.6")) {
        String[] ends = fields[0].split("-");
        long start = Long.parseLong(ends[0], 16);
        image = Long.parseLong(fields[2], 16) == 0 ? start : image;
        if (fields[1].charAt(2) == 'x') {
          FunctionTable functions = new FunctionTable(own, new TraceeAddress(image));
          long end = Long.parseLong(ends[1], 16);
          for (TraceeAddress address : TimeStampReads.in(own, start, end, functions, ALL)) {
            found.add(address.value() - image);
          }
        }
      }
    }
    ElfImage file = ElfImage.of(Path.of("/usr/lib/x86_64-linux-gnu/libc.so.6"), 0);
    assertThat(found).isNotEmpty().isEqualTo(file.timeStampReads(file.functions()));
  }

  private static CodeMemory memory(byte[] bytes) {
    return (from, into) -> {
      int offset = (int) (from.value() - BASE);
      if (offset >= bytes.length) {
        return 0;
      }
      int count = Math.min(into.remaining(), bytes.length - offset);
      into.put(into.position(), bytes, offset, count);
      return count;
    };
  }

  private static List<TraceeAddress> find(byte[] bytes, int end, int limit) {
    return TimeStampReads.in(memory(bytes), BASE, BASE + end, null, limit);
  }

  @Test
  void shouldFindThemOnceWhenTheyCrossPieces() {
    byte[] rdtsc = {0x0f, 0x31};
    byte[] rdtscp = {0x0f, 0x01, (byte) 0xf9};
    for (byte[] instruction : new byte[][] {rdtsc, rdtscp}) {
      for (int at = PIECE - 4; at <= PIECE + 2; at++) {
        byte[] bytes = new byte[2 * PIECE];
        ByteBuffer.wrap(bytes).put(at, instruction);
        assertThat(find(bytes, bytes.length, ALL)).containsExactly(new TraceeAddress(BASE + at));
      }
    }
  }

  @Test
  void shouldFindNothingWhenTheMappingEndsInside() {
    byte[] bytes = {0x0f, 0x01, (byte) 0xf9, 0x0f, 0x31};
    assertThat(find(bytes, 2, ALL)).isEmpty();
    assertThat(find(bytes, 4, ALL)).containsExactly(new TraceeAddress(BASE));
    assertThat(find(bytes, 5, ALL)).hasSize(2);
  }

  @Test
  void shouldStopWhenTheLimitIsReached() {
    byte[] bytes = new byte[4 * PIECE];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 0x0f;
      bytes[i + 1] = 0x31;
    }
    assertThat(find(bytes, bytes.length, 1)).containsExactly(new TraceeAddress(BASE));
    assertThat(find(bytes, bytes.length, PIECE)).hasSize(PIECE);
    assertThat(find(bytes, bytes.length, ALL)).hasSize(2 * PIECE);
  }

  @Test
  void shouldFindWhatIsReadableWhenTheRestIsNot() {
    byte[] bytes = {0x0f, 0x31, 0x0f};
    assertThat(find(bytes, 3 * PIECE, ALL)).containsExactly(new TraceeAddress(BASE));
  }
}
