package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden tests, one for each kind of instruction that is moved: what stands behind the call, and
 * that the jump, the blanks and the trampoline are made of just these bytes.
 */
@Timeout(10)
class DisplacedTailsTest {
  private static final long SITE = 0x1000_0006L;
  private static final long TRAMPOLINE = 0x2000_0000L;
  private static final long ENTER = 0x1fff_0060L;
  private static final int JUMP_BYTES = 5;

  @ParameterizedTest
  @CsvSource({
    "cmp $-4096 rax,                        483d00f0ffff",
    "cmp $-4095 rax: musl and Go,           483d01f0ffff",
    "cmp $-4096 eax,                        3d00f0ffff",
    "cmp imm32 with REX,                    4981fc00f0ffff",
    "cmp imm32 of another register,         81f900f0ffff",
    "cmp imm8 eax,                          83f8ff",
    "cmp imm8 rax,                          4883f8da",
    "cmp imm8 of r12d,                      4183fcff",
    "cmp of registers,                      4839d8",
    "cmp with the stack,                    483b442408",
    "test rax,                              4885c0",
    "test eax and mov,                      85c089c3",
    "test imm32,                            a900f0ffff",
    "test imm8 of cl,                       f6c101",
    "xor eax twice,                         31c031d2",
    "xor rax,                               4831c0",
    "xor of r12,                            4c31e0",
    "and imm32,                             4825ff0f0000",
    "sub imm8,                              4883e801",
    "add of registers,                      4801d8",
    "or imm8,                               4883c8ff",
    "neg rax,                               48f7d8",
    "not rax,                               48f7d0",
    "shift,                                 48c1e803",
    "mov to rbx,                            4889c3",
    "mov to r12,                            4989c4",
    "mov to the stack: Go's result,         4889442418",
    "mov of 32 bits to the stack: Go,       89442424",
    "mov far into the stack,                4889842488000000",
    "mov to the thread's data,              644889042510000000",
    "mov of the thread's data,              64488b042500000000",
    "mov of a constant,                     bfffffffff",
    "mov of a constant with REX,            48c7c0ffffffff",
    "movslq,                                4863d8",
    "movzbl,                                0fb6c0",
    "sete behind test,                      85c00f94c0",
    "cmovs,                                 480f48c2",
    "lea,                                   488d7c2410",
    "pop r12 and rbx,                       415c5b",
    "push rbx and mov,                      534889c3",
    "cltq and pop,                          48985b",
    "nop of three bytes,                    0f1f00"
  })
  void shouldMoveTheInstructionsBehindTheCall(String what, String tail) {
    byte[] moved = HexFormat.of().parseHex(tail);
    SitePatch patch = plan("9090909031c0", "0f05" + tail);

    assertThat(patch).as(what).isNotNull();
    assertThat(patch.start()).isEqualTo(SITE);
    assertThat(hex(patch.original())).isEqualTo("0f05" + tail);
    int blanks = 2 + moved.length - JUMP_BYTES;
    assertThat(hex(patch.replacement())).isEqualTo("e9fdffff0f" + "90".repeat(blanks));
    assertThat(patch.behind()).isEqualTo(TRAMPOLINE + patch.displaced());
    assertThat(hex(Arrays.copyOf(patch.code(), patch.displaced())))
        .startsWith("0600001000000000" + "654889242508000000" + "65488b242510000000" + "e8")
        .endsWith("65488b242508000000");
    long jump = TRAMPOLINE + patch.displaced() + moved.length;
    int back = (int) (SITE + 2 + moved.length - (jump + JUMP_BYTES));
    assertThat(behind(patch)).startsWith(tail + "e9" + hex(littleEndian(back)) + "cc");
  }

  @ParameterizedTest
  @CsvSource({
    "mov of the number,            b827000000,      39",
    "mov of a large number,        b84f010000,      335",
    "mov of it into rax,           48c7c027000000,  39"
  })
  void shouldReplaceTheNumberRatherThanWhatFollows(String what, String mov, long number) {
    SitePatch patch =
        SitePatcher.plan(
            code("90" + mov, "0f05483d00f0ffff"), SITE, number, TRAMPOLINE, ENTER, where -> false);

    int bytes = mov.length() / 2;
    assertThat(patch.start()).as(what).isEqualTo(SITE - bytes);
    assertThat(hex(patch.original())).isEqualTo(mov);
    int displacement = (int) (TRAMPOLINE + 8 - (SITE - bytes + JUMP_BYTES));
    assertThat(hex(patch.replacement()))
        .isEqualTo("e9" + hex(littleEndian(displacement)) + "90".repeat(bytes - JUMP_BYTES));
    assertThat(hex(patch.code())).startsWith("0600001000000000" + mov + "654889242508000000");
    assertThat(patch.behind()).isEqualTo(SITE + 2);
  }

  @ParameterizedTest
  @CsvSource({
    "mov to memory elsewhere,      48894310",
    "mov relative to rip,          48890500000000",
    "cmp with memory elsewhere,    483b4308",
    "pop of rsp and more,          5c4889c3",
    "xor with the thread's data,   644833042528000000",
    "a branch,                     7505483d00f0ffff",
    "too few bytes,                89c37205"
  })
  void shouldMoveNothingThatMightMeanSomethingElseThere(String what, String tail) {
    assertThat(plan("9090909031c0", "0f05" + tail)).as(what).isNull();
  }

  private static SitePatch plan(String before, String from) {
    return SitePatcher.plan(code(before, from), SITE, 0, TRAMPOLINE, ENTER, where -> false);
  }

  /** Bytes around the call, int3 behind them. */
  private static byte[] code(String before, String from) {
    byte[] front = HexFormat.of().parseHex(before);
    byte[] call = HexFormat.of().parseHex(from);
    byte[] code = new byte[SitePatcher.BEFORE + SitePatcher.FROM_SITE];
    Arrays.fill(code, (byte) 0xcc);
    System.arraycopy(front, 0, code, SitePatcher.BEFORE - front.length, front.length);
    System.arraycopy(call, 0, code, SitePatcher.BEFORE, call.length);
    return code;
  }

  private static String behind(SitePatch patch) {
    return hex(Arrays.copyOfRange(patch.code(), patch.displaced(), Trampoline.BYTES));
  }

  private static byte[] littleEndian(int value) {
    return java.nio.ByteBuffer.allocate(Integer.BYTES)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(value)
        .array();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
