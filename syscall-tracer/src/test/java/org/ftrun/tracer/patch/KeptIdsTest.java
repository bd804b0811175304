package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.ftrun.tracer.abi.SyscallNumber;
import org.junit.jupiter.api.Test;

/** Golden tests: what stands in a trampoline between the number and the way back. */
class KeptIdsTest {
  private static final long SITE = 0x1000_0006L;
  private static final long TRAMPOLINE = 0x2000_0000L;
  private static final KeptIds IDS = new KeptIds(0x1111, 0x2222, 0x3333);

  private static SitePatch patch(int syscall) {
    byte[] code = new byte[SitePatcher.BEFORE + SitePatcher.FROM_SITE];
    code[SitePatcher.BEFORE - 5] = (byte) 0xb8;
    code[SitePatcher.BEFORE - 4] = (byte) syscall;
    code[SitePatcher.BEFORE - 3] = (byte) (syscall >> 8);
    code[SitePatcher.BEFORE] = 0x0f;
    code[SitePatcher.BEFORE + 1] = 0x05;
    return SitePatcher.plan(code, SITE, syscall, TRAMPOLINE, TRAMPOLINE, addresses -> true);
  }

  /** Without the site before it, the displaced instruction, and all from the way back on. */
  private static String body(int syscall) {
    SitePatch patch = patch(syscall);
    byte[] code = IDS.trampoline(patch, syscall);
    int from = (int) (patch.entry() - TRAMPOLINE);
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(code, 0, from)).isEqualTo(hex.formatHex(patch.code(), 0, from));
    assertThat(hex.formatHex(code, patch.displaced(), code.length))
        .isEqualTo(hex.formatHex(patch.code(), patch.displaced(), code.length));
    return hex.formatHex(code, from, patch.displaced());
  }

  @Test
  void shouldTellThePidOfBeforeInPlaceOfTheKernels() {
    String tells =
        "0f05" // syscall
            + "8d88deddffff" // lea -0x2222(%rax),%ecx
            + "e302" // jrcxz over the next
            + "eb05" // jmp to the end
            + "b811110000" // mov $0x1111,%eax
            + "90".repeat(15);
    assertThat(body(SyscallNumber.GETPID)).isEqualTo(tells);
    assertThat(body(SyscallNumber.GETTID)).isEqualTo(tells);
  }

  @Test
  void shouldTellTheParentOfBeforeAndAChildItsOwn() {
    assertThat(body(SyscallNumber.GETPPID))
        .isEqualTo(
            "0f05" // syscall
                + "8d88deddffff" // lea -0x2222(%rax),%ecx
                + "e30a" // jrcxz to the child's
                + "8d88efeeffff" // lea -0x1111(%rax),%ecx
                + "e309" // jrcxz to the service's own
                + "eb0c" // jmp to the end
                + "b811110000" // mov $0x1111,%eax
                + "eb05" // jmp to the end
                + "b833330000"); // mov $0x3333,%eax
  }

  @Test
  void shouldSignalByThePidOfBefore() {
    String named =
        "8d8fefeeffff" // lea -0x1111(%rdi),%ecx
            + "e302" // jrcxz over the next
            + "eb05" // jmp over the next
            + "bf22220000"; // mov $0x2222,%edi
    assertThat(body(SyscallNumber.KILL)).isEqualTo(named + "0f05" + "90".repeat(15));
    assertThat(body(SyscallNumber.TGKILL))
        .isEqualTo(named + "8d8eefeeffff" + "e302" + "eb05" + "be22220000" + "0f05");
  }

  @Test
  void shouldExchangeIdsByTheNumberWhereAnyCallIsMade() {
    SitePatch patch = IDS.anyCall(SITE, TRAMPOLINE);
    assertThat(patch.replacesSite()).isFalse();
    assertThat(patch.behind()).isEqualTo(SITE + 2);
    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(patch.original())).isEqualTo("4c8b4c2408");
    assertThat(hex.formatHex(patch.replacement())).isEqualTo("e902000010");
    String tell = "0f05" + "8d88deddffff" + "e302eb05" + "b811110000";
    String thread = "8d8eefeeffff" + "e302eb05" + "be22220000";
    String process = "8d8fefeeffff" + "e302eb05" + "bf22220000";
    assertThat(hex.formatHex(patch.code(), Trampoline.ENTRY, patch.displaced()))
        .isEqualTo(
            "4c8b4c2408" // mov 8(%rsp),%r9, displaced
                + "8d88d9ffffff"
                + "e324" // lea -39(%rax),%ecx: getpid
                + "8d8846ffffff"
                + "e31c" // gettid
                + "8d8816ffffff"
                + "e327" // tgkill
                + "8d88c2ffffff"
                + "e32e" // kill
                + "8d8838ffffff"
                + "e326" // tkill
                + "0f05" // all others
                + "eb33"
                + tell
                + "eb20"
                + thread
                + process
                + "0f05");
    long from = TRAMPOLINE + patch.displaced() + 5;
    assertThat(hex.formatHex(patch.code(), patch.displaced(), patch.displaced() + 5))
        .isEqualTo("e9" + hex.toHexDigits(Integer.reverseBytes((int) (SITE + 2 - from))));
    assertThat(patch.code()).hasSize(KeptIds.ANY_CALL_BYTES);
  }

  @Test
  void shouldBeForCallsWithSuchIdsOnly() {
    assertThat(KeptIds.areIn(SyscallNumber.RT_TGSIGQUEUEINFO)).isTrue();
    assertThat(KeptIds.areIn(SyscallNumber.READ)).isFalse();
    assertThatThrownBy(() -> IDS.trampoline(patch(SyscallNumber.READ), SyscallNumber.READ))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
