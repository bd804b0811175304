package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.ftrun.tracer.abi.HeaderProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each register is where a compiled program has it in struct user_regs_struct. */
@Timeout(120)
class RegistersTest {
  private static final long VALUE = 0x1122_3344_5566_7788L;
  private static final List<String> NAMES =
      List.of(
          "r15",
          "r14",
          "r13",
          "r12",
          "rbp",
          "rbx",
          "r11",
          "r10",
          "r9",
          "r8",
          "rax",
          "rcx",
          "rdx",
          "rsi",
          "rdi",
          "orig_rax",
          "rip",
          "cs",
          "eflags",
          "rsp",
          "ss",
          "fs_base",
          "gs_base",
          "ds",
          "es",
          "fs",
          "gs");
  private static final List<String> ARGUMENTS = List.of("rdi", "rsi", "rdx", "r10", "r8", "r9");

  private final TraceeMemory own = new TraceeMemory((int) ProcessHandle.current().pid());
  @TempDir private Path directory;
  private Map<String, Long> offsets;

  @BeforeEach
  void askTheCompiler() throws Exception {
    Stream<String> prints =
        NAMES.stream()
            .map(
                name ->
                    "printf(\"%1$s %%lu\\n\", offsetof(struct user_regs_struct, %1$s));"
                        .formatted(name));
    Stream<String> size = Stream.of("printf(\"size %lu\\n\", sizeof(struct user_regs_struct));");
    offsets =
        HeaderProbe.values(
            directory, "#include <sys/user.h>\n", Stream.concat(prints, size).toList());
  }

  @Test
  void shouldHaveSizeOfTheStructure() {
    assertThat(offsets).hasSize(NAMES.size() + 1);
    assertThat((long) Registers.BYTES).isEqualTo(offsets.get("size"));
  }

  @Test
  void shouldReadWhereTheStructureHasItWhenAsked() {
    Map<String, ToLongFunction<Registers>> readers = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      int index = i;
      readers.put(ARGUMENTS.get(i), registers -> registers.argument(index));
    }
    readers.put("rax", Registers::rax);
    readers.put("orig_rax", Registers::originalRax);
    readers.put("rip", Registers::rip);
    readers.put("rsp", Registers::rsp);
    readers.put("rcx", Registers::rcx);
    readers.put("eflags", Registers::flags);
    readers.put("fs_base", Registers::fsBase);
    readers.forEach(
        (name, reader) -> {
          Registers registers = new Registers();
          put(registers, name, VALUE);
          assertThat(reader.applyAsLong(registers)).as(name).isEqualTo(VALUE);
        });
  }

  @Test
  void shouldWriteOnlyWhereTheStructureHasItWhenSet() {
    Map<String, ObjLongConsumer<Registers>> writers = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      int index = i;
      writers.put(ARGUMENTS.get(i), (registers, value) -> registers.argument(index, value));
    }
    writers.put("rax", Registers::rax);
    writers.put("orig_rax", Registers::originalRax);
    writers.put("rip", Registers::rip);
    writers.put("rcx", Registers::rcx);
    writers.put("rdx", Registers::rdx);
    writers.put("rbx", Registers::rbx);
    writers.forEach(
        (name, writer) -> {
          Registers registers = new Registers();
          writer.accept(registers, VALUE);
          for (String other : NAMES) {
            assertThat(get(registers, other))
                .as("%s after %s was set", other, name)
                .isEqualTo(other.equals(name) ? VALUE : 0);
          }
        });
  }

  @Test
  void shouldSetWhatACallClobbersWhenAsked() {
    Registers registers = new Registers().clobbered(1, 2);

    assertThat(get(registers, "rcx")).isEqualTo(1);
    assertThat(get(registers, "r11")).isEqualTo(2);
  }

  @Test
  void shouldTakeOverSegmentBasesOnlyWhenAsked() {
    Registers current = new Registers().rax(7);
    put(current, "fs_base", 5);
    put(current, "gs_base", 6);
    Registers registers = new Registers().rax(8).segmentBases(current);

    assertThat(get(registers, "fs_base")).isEqualTo(5);
    assertThat(get(registers, "gs_base")).isEqualTo(6);
    assertThat(registers.rax()).isEqualTo(8);
  }

  @Test
  void shouldTellLongModeByTheCodeSegment() {
    Registers registers = new Registers();
    put(registers, "cs", 0x33);
    assertThat(registers.isLongMode()).isTrue();
    put(registers, "cs", 0x23);
    assertThat(registers.isLongMode()).isFalse();
  }

  @Test
  void shouldBeIndependentOfTheOriginalWhenCopied() {
    Registers registers = new Registers().arguments(new long[] {1, 2, 3, 4, 5, 6}).rip(9);
    Registers copy = registers.copy();
    registers.argument(3, 40);

    long[] arguments = new long[6];
    copy.argumentsInto(arguments);
    assertThat(arguments).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(copy.rip()).isEqualTo(9);
  }

  @Test
  void shouldRefuseWhenACallHasNoSuchArgument() {
    assertThatThrownBy(() -> new Registers().argument(6))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void put(Registers registers, String name, long value) {
    assertThat(own.writeLong(addressOf(registers, name), value)).isTrue();
  }

  private long get(Registers registers, String name) {
    try {
      return own.readLong(addressOf(registers, name));
    } catch (TraceeDiedException e) {
      throw new AssertionError("own memory is not readable", e);
    }
  }

  private TraceeAddress addressOf(Registers registers, String name) {
    return new TraceeAddress(registers.address() + offsets.get(name));
  }
}
