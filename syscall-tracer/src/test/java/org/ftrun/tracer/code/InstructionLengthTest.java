package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings by hand, a kind of each. */
@Timeout(60)
class InstructionLengthTest {
  private static final byte[] FOLLOWING = new byte[16];

  private static byte[] bytes(String encoding) {
    return HexFormat.of().parseHex(encoding.replace(" ", ""));
  }

  private static int length(byte[] encoding) {
    byte[] code = new byte[encoding.length + FOLLOWING.length];
    System.arraycopy(encoding, 0, code, 0, encoding.length);
    return InstructionLength.at(ByteBuffer.wrap(code), 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "90", // nop
        "c3", // ret
        "55", // push %rbp
        "41 54", // push %r12
        "9b", // fwait
        "01 c8", // add %ecx,%eax
        "04 12", // add $,%al
        "05 12 34 56 78", // add $,%eax
        "66 05 12 34", // add $,%ax
        "48 05 12 34 56 78", // add $,%rax
        "66 48 05 12 34 56 78", // REX.W before 66
        "68 12 34 56 78", // push $
        "66 68 12 34", // pushw $
        "6a 12", // push $
        "69 c0 12 34 56 78", // imul $,%eax,%eax
        "66 69 c0 12 34", // imul $,%ax,%ax
        "6b c0 12", // imul $,%eax,%eax
        "74 12", // je
        "e3 12", // jrcxz
        "eb 12", // jmp
        "e8 12 34 56 78", // call
        "e9 12 34 56 78", // jmp
        "66 66 48 e8 12 34 56 78", // call, padded for thread-local data
        "0f 84 12 34 56 78", // je
        "f2 e9 12 34 56 78", // bnd jmp
        "b0 12", // mov $,%al
        "b8 12 34 56 78", // mov $,%eax
        "66 b8 12 34", // mov $,%ax
        "48 b8 12 34 56 78 9a bc de f0", // movabs $,%rax
        "49 bf 12 34 56 78 9a bc de f0", // movabs $,%r15
        "a0 12 34 56 78 9a bc de f0", // movabs (),%al
        "48 a3 12 34 56 78 9a bc de f0", // movabs %rax,()
        "67 a1 12 34 56 78", // addr32 mov (),%eax
        "c2 12 34", // ret $
        "ca 12 34", // lret $
        "c8 12 34 56", // enter $,$
        "cd 80", // int $
        "e4 12", // in $,%al
        "80 c0 12", // add $,%al
        "81 c0 12 34 56 78", // add $,%eax
        "66 81 c0 12 34", // add $,%ax
        "83 c0 12", // add $,%eax
        "c0 e0 12", // shl $,%al
        "d1 e0", // shl %eax
        "c6 00 12", // movb $,(%rax)
        "c7 00 12 34 56 78", // movl $,(%rax)
        "48 c7 c0 12 34 56 78", // mov $,%rax
        "66 c7 00 12 34", // movw $,(%rax)
        "c6 f8 12", // xabort
        "c7 f8 12 34 56 78", // xbegin
        "f6 c0 12", // test $,%al
        "f6 c8 12", // test $,%al, by the other code
        "f6 d0", // not %al
        "f7 c0 12 34 56 78", // test $,%eax
        "66 f7 c0 12 34", // test $,%ax
        "48 f7 c8 12 34 56 78", // test $,%rax, by the other code
        "f7 d8", // neg %eax
        "f7 35 12 34 56 78", // div (%rip)
        "fe c0", // inc %al
        "ff 25 12 34 56 78", // jmp *(%rip)
        "8f 00", // pop (%rax)
        "41 8f 00", // pop (%r8)
      })
  void shouldMeasureWhenOpcodeIsOneByte(String encoding) {
    byte[] code = bytes(encoding);
    assertThat(length(code)).isEqualTo(code.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8b 00", // (%rax)
        "8b 40 12", // 1(%rax)
        "8b 80 12 34 56 78", // 4(%rax)
        "8b 05 12 34 56 78", // (%rip)
        "41 8b 45 12", // 1(%r13)
        "41 8b 05 12 34 56 78", // (%rip) in spite of REX.B
        "8b 04 24", // (%rsp)
        "8b 44 24 12", // 1(%rsp)
        "8b 84 24 12 34 56 78", // 4(%rsp)
        "8b 04 25 12 34 56 78", // absolute
        "8b 04 8d 12 34 56 78", // 4(,%rcx,4)
        "8b 44 8d 12", // 1(%rbp,%rcx,4)
        "64 48 8b 04 25 28 00 00 00", // %fs:
        "67 8b 05 12 34 56 78", // (%eip)
        "67 8b 40 12", // 1(%eax)
        "48 66 8b 00", // REX counts only before the opcode
        "48 66 b8 12 34",
        "f0 48 0f b1 0d 12 34 56 78", // lock cmpxchg
        "f3 48 ab", // rep stos
        "2e 66 66 66 66 66 66 0f 1f 84 00 00 00 00 00", // nop, as long as can be
      })
  void shouldMeasureWhenOperandIsInMemory(String encoding) {
    byte[] code = bytes(encoding);
    assertThat(length(code)).isEqualTo(code.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0f 05", // syscall
        "0f 0b", // ud2
        "0f 31", // rdtsc
        "48 0f 31",
        "0f 01 f9", // rdtscp
        "0f a2", // cpuid
        "0f 20 00", // mov %cr0,%rax: ModRM always names registers
        "0f 22 84", // mov %rsp,%cr0
        "0f c8", // bswap %eax
        "0f 77", // emms
        "0f a4 c2 12", // shld $,%eax,%edx
        "0f a5 c2", // shld %cl,%eax,%edx
        "0f ba e0 12", // bt $,%eax
        "0f c2 c1 12", // cmpps
        "66 0f 70 c1 12", // pshufd
        "66 0f 73 d8 12", // psrldq
        "66 0f c4 c0 12", // pinsrw
        "0f c6 c1 12", // shufps
        "0f c7 08", // cmpxchg8b (%rax)
        "f3 0f b8 c1", // popcnt
        "f3 0f 1e fa", // endbr64
        "0f ae f0", // mfence
        "0f 78 c1", // vmread
        "66 0f 78 c1 12 34", // extrq
        "f2 0f 78 c1 12 34", // insertq
        "0f 38 f0 00", // movbe
        "f2 0f 38 f1 c1", // crc32
        "66 0f 38 00 44 24 12", // pshufb
        "66 0f 3a 0f c1 12", // palignr
        "66 0f 3a 63 05 12 34 56 78 9a", // pcmpistri
        "0f 3a cc c1 12", // sha1rnds4
      })
  void shouldMeasureWhenOpcodeIsEscaped(String encoding) {
    byte[] code = bytes(encoding);
    assertThat(length(code)).isEqualTo(code.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c5 f8 77", // vzeroupper
        "c4 e1 78 77", // the same in three bytes
        "c5 f8 28 44 24 12", // vmovaps
        "c5 f9 70 c1 12", // vpshufd
        "c5 f8 c6 c1 12", // vshufps
        "c5 fb 93 c1", // kmovd
        "65 c5 f8 28 00", // vmovaps %gs:
        "c4 e2 7d 00 05 12 34 56 78", // vpshufb
        "c4 e2 78 f2 c1", // andn
        "c4 e3 7d 0f c1 12", // vpalignr
        "c4 e3 fb f0 c1 12", // rorx
        "c4 e3 f9 69 c1 12", // vfmaddpd of FMA4
        "62 f1 7c 48 28 00", // vmovaps (%rax),%zmm0
        "62 f1 7c 48 28 40 12", // 64 * 0x12
        "62 f1 7c 48 28 80 12 34 56 78",
        "62 f1 7d 48 70 c1 12", // vpshufd
        "62 f1 7d 48 72 d1 12", // vpsrld $
        "62 f2 7d 48 00 c1", // vpshufb
        "62 f3 75 48 25 c2 12", // vpternlogd
        "62 f5 7c 48 58 c1", // vaddph
        "62 f6 7d 48 98 c1", // vfmadd132ph
        "8f e8 78 c0 c1 12", // vprotb $
        "8f e9 78 90 c1", // vprotb
        "8f ea 78 10 c1 12 34 56 78", // bextr $
        "d9 7c 24 fe", // fnstcw
        "df e0", // fnstsw
      })
  void shouldMeasureWhenEncodingIsOfVectorsOrFloats(String encoding) {
    byte[] code = bytes(encoding);
    assertThat(length(code)).isEqualTo(code.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "06", // push %es, and others that 64-bit mode has not
        "27",
        "60",
        "82 c0 12",
        "9a 12 34 56 78 9a bc",
        "ce",
        "d4 0a",
        "d6",
        "ea 12 34 56 78 9a bc",
        "0f 04",
        "0f 0f c1 bf", // 3DNow!
        "0f 24 c0",
        "0f 39",
        "0f ff c0", // ud0, of which processors disagree on the length
        "0f b8 c1", // popcnt without f3
        "0f 38 0c c1", // VEX only
        "0f 3a 00 c1 12",
        "8f c8", // /1
        "c6 c8 12",
        "fe d0",
        "ff f8",
        "66 e8 12 34 56 78", // processors disagree on the length
        "66 e9 12 34 56 78",
        "66 0f 84 12 34 56 78",
        "c5 f8 31 c0", // no such opcode
        "c4 e0 78 28 00", // no map 0
        "c4 e4 78 28 00", // nor 4
        "66 c5 f8 28 00", // with a prefix that VEX contains
        "f3 c5 f8 28 00",
        "f0 c5 f8 28 00",
        "48 c5 f8 28 00",
        "62 f9 7c 48 28 00", // bits that are fixed
        "62 f1 78 48 28 00",
        "62 f4 7c 48 28 00", // map 4
        "62 f1 7c 48 77",
        "66 62 f1 7c 48 28 00",
        "8f e8 78 00 c1 12", // no such opcode of XOP
        "8f eb 78 c0 c1 12", // nor such map
        "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", // 16 bytes
        "2e 66 66 66 66 66 66 66 0f 1f 84 00 00 00 00 00",
      })
  void shouldKnowNoLengthWhenEncodingIsUndefined(String encoding) {
    assertThat(length(bytes(encoding))).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8b 84 24 12 34 56 78",
        "48 b8 12 34 56 78 9a bc de f0",
        "66 0f 3a 63 05 12 34 56 78 9a",
        "c4 e3 7d 0f c1 12",
        "62 f1 7c 48 28 80 12 34 56 78",
        "8f ea 78 10 c1 12 34 56 78",
        "f7 c0 12 34 56 78",
        "c8 12 34 56",
        "2e 66 66 66 66 66 66 0f 1f 84 00 00 00 00 00",
      })
  void shouldKnowNoLengthWhenCodeEndsInside(String encoding) {
    byte[] code = bytes(encoding);
    for (int kept = 0; kept < code.length; kept++) {
      ByteBuffer cut = ByteBuffer.wrap(code).limit(kept);
      assertThat(InstructionLength.at(cut, 0)).as("%d bytes", kept).isEqualTo(-1);
    }
    assertThat(InstructionLength.at(ByteBuffer.wrap(code), 0)).isEqualTo(code.length);
  }

  @Test
  void shouldLookAtTheIndexOnly() {
    ByteBuffer code = ByteBuffer.wrap(bytes("90 48 89 e5 c3")).position(3);
    assertThat(InstructionLength.at(code, 0)).isEqualTo(1);
    assertThat(InstructionLength.at(code, 1)).isEqualTo(3);
    assertThat(InstructionLength.at(code, 4)).isEqualTo(1);
    assertThat(InstructionLength.at(code, 5)).isEqualTo(-1);
    assertThat(InstructionLength.at(code, -1)).isEqualTo(-1);
  }
}
