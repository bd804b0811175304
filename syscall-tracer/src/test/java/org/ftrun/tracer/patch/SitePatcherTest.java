package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Golden tests: the bytes before, the bytes behind, for each form of a site. */
@Timeout(10)
class SitePatcherTest {
  private static final long SITE = 0x1000_0006L;
  private static final long TRAMPOLINE = 0x2000_0000L;
  private static final long ENTER = 0x1fff_0060L;
  private static final LongPredicate NEVER = address -> false;

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
  void shouldKnowWhatCompilersPutBehindACall() {
    assertThat(SitePatcher.displaceable(bytes("483d01f0ffff"), 0)).isEqualTo(6);
    assertThat(SitePatcher.displaceable(bytes("3d00f0ffff00"), 0)).isEqualTo(5);
    assertThat(SitePatcher.displaceable(bytes("4883f8ff0000"), 0)).isEqualTo(4);
    assertThat(SitePatcher.displaceable(bytes("4885c0000000"), 0)).isEqualTo(3);
    assertThat(SitePatcher.displaceable(bytes("4889c7000000"), 0)).isEqualTo(3);
    assertThat(SitePatcher.displaceable(bytes("4989c4000000"), 0)).isEqualTo(3);
    assertThat(SitePatcher.displaceable(bytes("c39090909090"), 0)).isZero();
    assertThat(SitePatcher.displaceable(bytes("488b0500000000"), 0)).isZero(); // by rip
    assertThat(SitePatcher.displaceable(bytes("7205909090"), 0)).isZero(); // a jump
  }

  @Test
  void shouldLeaveASiteAloneThatSomethingMayEnterInTheMiddle() {
    String code = "9090909031c0 0f05 483d00f0ffff 9090";

    assertThat(plan(code, 0, address -> address == SITE + 2)).isNull();
    assertThat(plan(code, 0, address -> address == SITE + 3)).isNotNull();
  }

  @Test
  void shouldNotTakeTheEndOfALongerInstructionForTheNumber() {
    // mov $0x27,%r8d; syscall; ret
    assertThat(plan("41b827000000 0f05 c390909090909090", 0x27, NEVER)).isNull();
    // mov of another number than the call has
    assertThat(plan("90b828000000 0f05 c390909090909090", 0x27, NEVER)).isNull();
  }

  @Test
  void shouldLeaveASiteAloneThatNoJumpCanReach() {
    byte[] code = bytes("90b827000000 0f05 c390909090909090");

    assertThat(SitePatcher.plan(code, SITE, 0x27, SITE + (1L << 32), ENTER, NEVER)).isNull();
  }

  @Test
  void shouldLeaveAloneWhatIsNoCall() {
    assertThat(plan("90b827000000 cd80 c390909090909090", 0x27, NEVER)).isNull();
  }

  private static SitePatch plan(String code, long number, LongPredicate entered) {
    return SitePatcher.plan(bytes(code), SITE, number, TRAMPOLINE, ENTER, entered);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
