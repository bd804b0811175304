package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.ftrun.tracer.stub.StubArea;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Golden tests: the bytes before, the bytes behind, for each form of a site. */
@Timeout(10)
class SitePatcherTest {
  private static final long SITE = 0x1000_0006L;
  private static final long TRAMPOLINE = 0x2000_0000L;
  private static final long ENTER = 0x1fff_0060L;
  private static final SitePatcher.Entered NEVER = addresses -> false;

  @Test
  void shouldReplaceTheNumberBeforeTheCall() {
    // nop; mov $0x27,%eax; syscall; ret ...
    SitePatch patch = plan("90b827000000 0f05 c390909090909090", 0x27, NEVER);

    assertThat(patch.start()).isEqualTo(SITE - 5);
    assertThat(hex(patch.original())).isEqualTo("b827000000");
    // jmp TRAMPOLINE + 8 from 0x10000001
    assertThat(hex(patch.replacement())).isEqualTo("e90200" + "0010");
    assertThat(patch.behind()).isEqualTo(SITE + 2);
    assertThat(hex(patch.code()))
        .isEqualTo(
            "0600001000000000" // the site
                + "b827000000" // mov $0x27,%eax
                + "654889242508000000" // mov %rsp,%gs:8
                + "65488b242510000000" // mov %gs:16,%rsp
                + "e83c00ffff" // call ENTER
                + "65488b242508000000" // mov %gs:8,%rsp
                + "e9d6ffffef" // jmp SITE + 2
                + "cc".repeat(10)
                + "0f05ebed");
  }

  @Test
  void shouldDisplaceTheTestBehindTheCall() {
    // xor %eax,%eax; syscall; cmp $-4096,%rax
    SitePatch patch = plan("9090909031c0 0f05 483d00f0ffff 9090", 0, NEVER);

    assertThat(patch.start()).isEqualTo(SITE);
    assertThat(hex(patch.original())).isEqualTo("0f05483d00f0ffff");
    assertThat(hex(patch.replacement())).isEqualTo("e9fdffff0f909090");
    assertThat(patch.behind()).isEqualTo(TRAMPOLINE + patch.displaced());
    assertThat(hex(patch.code()))
        .isEqualTo(
            "0600001000000000"
                + "654889242508000000"
                + "65488b242510000000"
                + "e84100ffff"
                + "65488b242508000000"
                + "483d00f0ffff" // the displaced instruction
                + "e9dbffffef" // jmp SITE + 8
                + "cc".repeat(9)
                + "0f05ebe8");
  }

  @Test
  void shouldLeaveASiteAloneThatSomethingMayEnterInTheMiddle() {
    String code = "9090909031c0 0f05 483d00f0ffff 9090";

    assertThat(plan(code, 0, enters(SITE + 2))).isNull();
    assertThat(plan(code, 0, enters(SITE + 3))).isNotNull();
  }

  @Test
  void shouldNotTakeTheEndOfALongerInstructionForTheNumber() {
    // mov $0x27,%r8d; syscall; ret
    assertThat(plan("41b827000000 0f05 c331c0", 0x27, NEVER)).isNull();
    // mov of another number than the call has
    assertThat(plan("90b828000000 0f05 c331c0", 0x27, NEVER)).isNull();
  }

  @Test
  void shouldReplaceTheNumberInAWideRegister() {
    // Written by hand: mov $0x27,%rax; syscall; ret
    SitePatch patch = plan("90 48c7c027000000 0f05 c3", 0x27, NEVER);

    assertThat(patch.start()).isEqualTo(SITE - 7);
    assertThat(hex(patch.original())).isEqualTo("48c7c027000000");
    assertThat(hex(patch.replacement())).isEqualTo("e904000010" + "9090");
    assertThat(patch.behind()).isEqualTo(SITE + 2);
    assertThat(hex(patch.code()))
        .startsWith("0600001000000000" + "48c7c027000000" + "654889242508000000");
  }

  @Test
  void shouldPatchTheFormsOfGo() {
    // MOVL $SYS_futex, AX; SYSCALL; MOVL AX, ret+40(FP); RET
    SitePatch number = plan("b8ca000000 0f05 89442430 c3", 0xca, NEVER);
    assertThat(hex(number.original())).isEqualTo("b8ca000000");
    assertThat(hex(number.replacement())).startsWith("e9");

    // XORL AX, AX; SYSCALL; MOVL AX, ret+24(FP); RET: read in the runtime
    SitePatch read = plan("31c0 0f05 89442420 c3", 0, NEVER);
    assertThat(hex(read.original())).isEqualTo("0f0589442420");
    assertThat(hex(read.replacement())).isEqualTo("e9fdffff0f90");
    assertThat(behind(read)).startsWith("89442420" + "e9");

    // SYSCALL; CMPQ AX, $0xfffffffffffff001; JLS
    SitePatch six = plan("4889df 0f05 483d01f0ffff 7615", 1, NEVER);
    assertThat(hex(six.original())).isEqualTo("0f05483d01f0ffff");
    assertThat(hex(six.replacement())).isEqualTo("e9fdffff0f909090");
    assertThat(behind(six)).startsWith("483d01f0ffff" + "e9");
  }

  @Test
  void shouldPatchTheFormsOfMusl() {
    // __syscall_cp_c of a static program: mov %rcx,%rdx; syscall; ret, and padding
    SitePatch call = plan("4889ca 0f05 c3 660f1f440000", 1, NEVER, SITE + 1);
    assertThat(hex(call.original())).isEqualTo("0f05c3660f");
    assertThat(hex(call.replacement())).startsWith("e9").hasSize(10);
    assertThat(behind(call)).startsWith("c3cc"); // returns to the caller

    // mov %r8,%rax; syscall; cmp $-38,%rax
    SitePatch lock = plan("4c89c0 0f05 4883f8da 75e3", 202, NEVER);
    assertThat(behind(lock)).startsWith("4883f8da" + "e9");

    // syscall; mov %eax,%edx; cmp $-38,%eax; jne: two instructions make room enough
    SitePatch two = plan("4889de 0f05 89c2 83f8da 750d", 290, NEVER);
    assertThat(hex(two.original())).isEqualTo("0f0589c283f8da");
    assertThat(behind(two)).startsWith("89c283f8da" + "e9");

    // syscall; neg %eax; ret: no padding is needed
    SitePatch negated = plan("4c89c2 0f05 f7d8 c3 31c0", 230, NEVER);
    assertThat(hex(negated.original())).isEqualTo("0f05f7d8c3");
    assertThat(behind(negated)).startsWith("f7d8c3cc");

    // syscall; jmp rel32: the trampoline jumps there
    SitePatch jump = plan("4c89c0 0f05 e99bfeffff 90", 202, NEVER);
    assertThat(hex(jump.original())).isEqualTo("0f05e99bfeffff");
    long target = SITE + 7 + 0xfffffe9b;
    int displacement = (int) (target - (TRAMPOLINE + jump.displaced() + 5));
    assertThat(behind(jump)).startsWith("e9" + hex(littleEndian(displacement)));
  }

  @Test
  void shouldLeaveTheCallOfMuslInPlaceWhereItsAddressCounts() {
    // __syscall_cp_asm
    String code = "4d89ca 4c8b442408 4c8b4c2410 4c895c2408 0f05 c3 e92213ffff";
    SitePatch patch = plan(code, 0, NEVER);

    assertThat(patch.start()).isEqualTo(SITE - 5);
    assertThat(hex(patch.original())).isEqualTo("4c895c2408");
    assertThat(patch.behind()).isEqualTo(SITE + 2);
    // Without what stands before it, the same bytes might be the end of something else.
    assertThat(plan(code.replace("4c8b4c2410", "4c8b4c2418"), 0, NEVER)).isNull();
  }

  @Test
  void shouldReplaceNothingBehindAReturnButPadding() {
    assertThat(plan("4889ca 0f05 c3 31c0", 1, NEVER, SITE + 1)).isNull();
    // The next function begins behind one byte of padding.
    assertThat(plan("4889ca 0f05 c3 90 9090", 1, NEVER, SITE + 6)).isNull();
    // It begins at once.
    assertThat(plan("4889ca 0f05 c3 9090", 1, NEVER, SITE + 7)).isNull();
    // Something may go to the return, or to what looks like padding.
    String padded = "4889ca 0f05 c3 660f1f440000";
    assertThat(plan(padded, 1, enters(SITE + 1 + 2), SITE + 1)).isNull();
    assertThat(plan(padded, 1, enters(SITE + 1 + 4), SITE + 1)).isNull();
    assertThat(plan(padded, 1, enters(SITE + 1 + 5), SITE + 1)).isNotNull();
  }

  @Test
  void shouldLeaveASiteAloneWhenSomethingMayEnterAnyReplacedInstruction() {
    String two = "4889de 0f05 89c2 83f8da 750d";

    assertThat(plan(two, 290, enters(SITE + 2))).isNull();
    assertThat(plan(two, 290, enters(SITE + 4))).isNull();
    assertThat(plan(two, 290, enters(SITE + 7))).isNotNull();
  }

  @Test
  void shouldLeaveASiteAloneWhenABranchFollows() {
    assertThat(plan("4c89c0 0f05 7505 31c0", 1, NEVER)).isNull();
    assertThat(plan("4c89c0 0f05 eb8b 4889c7", 1, NEVER)).isNull();
    assertThat(plan("4c89c0 0f05 e85d000000", 1, NEVER)).isNull();
  }

  @Test
  void shouldCallTheStubByTheAreaWhenItIsFarAway() {
    long enter = TRAMPOLINE + (5L << 32);
    SitePatch patch =
        SitePatcher.plan(code("90b827000000 0f05 c3"), SITE, 0x27, TRAMPOLINE, enter, NEVER);

    assertThat(hex(patch.code()))
        .isEqualTo(
            "0600001000000000" // the site
                + "b827000000" // mov $0x27,%eax
                + "654889242508000000" // mov %rsp,%gs:8
                + "65488b242510000000" // mov %gs:16,%rsp
                + "65ff1425b8020000" // call *%gs:696
                + "65488b242508000000" // mov %gs:8,%rsp
                + "e9d3ffffef" // jmp SITE + 2
                + "cc".repeat(7)
                + "0f05ebf0");
    assertThat(StubArea.ENTER).isEqualTo(696);
  }

  @Test
  void shouldFitTheLongestTailIntoATrampoline() {
    // push %rbx; ... mov $imm64,%rax: 11 bytes
    String code = "4c89c0 0f05 53 48b80102030405060708";
    SitePatch patch =
        SitePatcher.plan(code(code), SITE, 1, TRAMPOLINE, TRAMPOLINE + (5L << 32), NEVER);

    assertThat(patch.code()).hasSize(Trampoline.BYTES);
    assertThat(hex(patch.code())).contains("5348b80102030405060708" + "e9").contains("0f05eb");
  }

  @Test
  void shouldLeaveAloneWhatIsNoCall() {
    assertThat(plan("90b827000000 cd80 c390909090909090", 0x27, NEVER)).isNull();
  }

  private static SitePatch plan(String code, long number, SitePatcher.Entered entered) {
    return plan(code, number, entered, SITE);
  }

  private static SitePatch plan(String code, long number, SitePatcher.Entered entered, long site) {
    return SitePatcher.plan(code(code), site, number, TRAMPOLINE, ENTER, entered);
  }

  private static SitePatcher.Entered enters(long entry) {
    return addresses -> Arrays.stream(addresses).anyMatch(address -> address == entry);
  }

  /** Bytes around the call, which stands behind a blank. */
  private static byte[] code(String hex) {
    int call = hex.contains(" 0f05") ? hex.indexOf(" 0f05") : hex.indexOf(" cd80");
    byte[] before = bytes(hex.substring(0, call));
    byte[] from = bytes(hex.substring(call));
    byte[] code = new byte[SitePatcher.BEFORE + SitePatcher.FROM_SITE];
    System.arraycopy(before, 0, code, SitePatcher.BEFORE - before.length, before.length);
    System.arraycopy(from, 0, code, SitePatcher.BEFORE, from.length);
    return code;
  }

  private static byte[] littleEndian(int value) {
    return java.nio.ByteBuffer.allocate(4)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(value)
        .array();
  }

  /** The trampoline's code from what follows the call. */
  private static String behind(SitePatch patch) {
    return hex(Arrays.copyOfRange(patch.code(), patch.displaced(), Trampoline.BYTES));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
