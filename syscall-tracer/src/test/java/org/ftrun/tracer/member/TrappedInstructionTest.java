package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.LocalStub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TrappedInstructionTest {
  private final LocalStub stub = new LocalStub();

  @Test
  void shouldKnowTheInstructionThatStandsThere() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      assertThat(at(on, 0, 0x0f, 0x31, 0x90)).isEqualTo(TrappedInstruction.RDTSC);
      assertThat(at(on, 0, 0x0f, 0x01, 0xf9)).isEqualTo(TrappedInstruction.RDTSCP);
      assertThat(at(on, 0, 0x0f, 0xa2, 0x90)).isEqualTo(TrappedInstruction.CPUID);
      assertThat(at(on, 0, 0x0f, 0x01, 0xd0)).isEqualTo(TrappedInstruction.NONE); // xgetbv
      assertThat(at(on, 0, 0x90, 0x0f, 0x31)).isEqualTo(TrappedInstruction.NONE);
      assertThat(TrappedInstruction.at(on.member, 0)).isEqualTo(TrappedInstruction.NONE);
    }
  }

  @Test
  void shouldKnowItWhereNothingIsMappedBehind() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      int last = MemberOnChild.ROOM_BYTES - 4096;
      assertThat(on.member.inject(MemberOnChild.number("munmap"), on.room + last, 4096)).isZero();
      assertThat(at(on, last - 2, 0x0f, 0x31)).isEqualTo(TrappedInstruction.RDTSC);
      assertThat(at(on, last - 2, 0x0f, 0x01)).isEqualTo(TrappedInstruction.NONE);
      assertThat(at(on, last - 1, 0x0f)).isEqualTo(TrappedInstruction.NONE);
    }
  }

  private static TrappedInstruction at(MemberOnChild on, long offset, int... code) {
    byte[] bytes = new byte[code.length];
    for (int i = 0; i < code.length; i++) {
      bytes[i] = (byte) code[i];
    }
    TraceeAddress address = new TraceeAddress(on.room + offset);
    assertThat(on.child.tracee().memory().writeBytes(address, bytes)).isTrue();
    return TrappedInstruction.at(on.member, address.value());
  }

  @Test
  void shouldSplitTimeStampAndStepBehindTheInstruction() {
    long stamp = 0x8123_4567_89ab_cdefL;
    Registers registers = new Registers().rip(100).rcx(55).rax(-1).rdx(-1);
    TrappedInstruction.RDTSC.answerTime(registers, stamp);
    assertThat(registers.rax()).isEqualTo(0x89ab_cdefL);
    assertThat(registers.argument(2)).isEqualTo(0x8123_4567L);
    assertThat(registers.rcx()).isEqualTo(55);
    assertThat(registers.rip()).isEqualTo(102);

    TrappedInstruction.RDTSCP.answerTime(registers.rip(100), stamp);
    assertThat(registers.rcx()).isZero();
    assertThat(registers.rip()).isEqualTo(103);
  }

  @Test
  void shouldPutIdentificationIntoTheLowerHalves() {
    Registers registers = new Registers().rip(100).rax(-1).rbx(-1).rcx(-1).rdx(-1);
    TrappedInstruction.CPUID.answerCpuid(registers, new int[] {-1, 2, -3, 4});
    assertThat(registers.rax()).isEqualTo(0xffff_ffffL);
    assertThat(registers.rcx()).isEqualTo(0xffff_fffdL);
    assertThat(registers.argument(2)).isEqualTo(4);
    assertThat(registers.rip()).isEqualTo(102);
  }

  @Test
  void shouldAskWithTheLowerHalvesOfLeafAndSubleaf() {
    Registers registers = new Registers().rax(0xaaaa_bbbb_8000_0001L).rcx(0xcccc_dddd_0000_0007L);
    assertThat(TrappedInstruction.question(registers)).isEqualTo(0x0000_0007_8000_0001L);
  }

  /** The bits that may stay, for eax, ebx, ecx, edx (Intel SDM, CPUID; AMD64 APM 3, E). */
  @ParameterizedTest
  @CsvSource({
    "0,          0, ffffffff, ffffffff, ffffffff, ffffffff",
    "1,          0, ffffffff, 00ffffff, bfffffff, ffffffff",
    "7,          0, ffffffff, fffbf7ef, ffbfffff, fffe57ff",
    "7,          1, ffffffff, ffffffff, ffffffff, ffffffff",
    "b,          0, ffffffff, ffffffff, ffffffff, 00000000",
    "b,          1, ffffffff, ffffffff, ffffffff, 00000000",
    "1f,         0, ffffffff, ffffffff, ffffffff, 00000000",
    "1a,         0, 00000000, 00000000, 00000000, 00000000",
    "8000001e,   0, 00000000, ffffff00, ffffff00, ffffffff",
    "80000026,   0, ffffffff, ffffffff, ffffffff, 00000000",
    "80000026,   1, ffffffff, ffffffff, ffffffff, 00000000",
    "80000002,   0, ffffffff, ffffffff, ffffffff, ffffffff",
  })
  void shouldHideWhatDiffersBetweenMembers(
      String leaf, int subleaf, String eax, String ebx, String ecx, String edx) {
    int asked = Integer.parseUnsignedInt(leaf, 16);
    int[] mask = {bits(eax), bits(ebx), bits(ecx), bits(edx)};
    int[] answer =
        TrappedInstruction.cpuid(stub, Integer.toUnsignedLong(asked) | (long) subleaf << 32);
    ByteBuffer raw = stub.cpuid(asked, subleaf);
    for (int i = 0; i < 4; i++) {
      assertThat(answer[i]).as("register %d", i).isEqualTo(raw.getInt(4 * i) & mask[i]);
    }
  }

  private static int bits(String mask) {
    return Integer.parseUnsignedInt(mask, 16);
  }
}
