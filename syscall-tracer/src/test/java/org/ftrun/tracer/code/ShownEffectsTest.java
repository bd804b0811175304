package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes are what the GNU assembler writes for the instruction beside them. */
class ShownEffectsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "833f00", // cmpl $0,(%rdi)
        "8b07", // mov (%rdi),%eax
        "8907", // mov %eax,(%rdi)
        "c70701000000", // movl $1,(%rdi)
        "8707", // xchg %eax,(%rdi)
        "f00fb117", // lock cmpxchg %edx,(%rdi)
        "64488b042510000000", // mov %fs:16,%rax
        "ffc0", // inc %eax
        "83c001", // add $1,%eax
        "0307", // add (%rdi),%eax
        "3907", // cmp %eax,(%rdi)
        "85c0", // test %eax,%eax
        "f6470401", // testb $1,4(%rdi)
        "0fb607", // movzbl (%rdi),%eax
        "0f94c0", // sete %al
        "74fb", // je
        "0f8400000000", // je
        "ebfa", // jmp
        "e800000000", // call
        "c3", // ret
        "55", // push %rbp
        "f390", // pause
        "f30f1efa", // endbr64
        "0faee8", // lfence
      })
  void shouldKnowWhatTheRegistersShow(String code) {
    assertThat(ShownEffects.isOf(bytes(code))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff07", // incl (%rdi)
        "f0ff0f", // lock decl (%rdi)
        "830701", // addl $1,(%rdi)
        "0107", // add %eax,(%rdi)
        "3107", // xor %eax,(%rdi)
        "d127", // shll (%rdi)
        "f717", // notl (%rdi)
        "ff37", // pushq (%rdi)
        "8f07", // popq (%rdi)
        "a4", // movsb
        "f3a4", // rep movsb
        "f00fc107", // lock xadd %eax,(%rdi)
        "0f05", // syscall
        "0f31", // rdtsc
        "0fa2", // cpuid
        "cd80", // int $0x80
        "cc", // int3
        "0f2807", // movaps (%rdi),%xmm0
        "660f6f07", // movdqa (%rdi),%xmm0
        "d907", // flds (%rdi)
        "f4", // hlt
        "0fae3f", // clflush (%rdi)
        "0fc7f0", // rdrand %eax
        "0f01d5", // xend
        "c7f800000000", // xbegin
        "06", // not an instruction of 64-bit mode
        "f3", // not whole
        "", // nothing
      })
  void shouldNotKnowWhatTheyDoNot(String code) {
    assertThat(ShownEffects.isOf(bytes(code))).isFalse();
  }

  private static ByteBuffer bytes(String code) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(code));
  }
}
