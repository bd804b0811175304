package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JumpSearchTest {
  private static final long START = 0x5555_0000_1000L;

  @Test
  void shouldFindEveryKindOfDirectJump() {
    assertThat(jumps("eb02", 4)).isTrue(); // jmp
    assertThat(jumps("7402", 4)).isTrue(); // je
    assertThat(jumps("ebfe", 0)).isTrue(); // backwards
    assertThat(jumps("e2fe", 0)).isTrue(); // loop
    assertThat(jumps("e910000000", 0x15)).isTrue();
    assertThat(jumps("e8fbffffff", 0)).isTrue(); // call
    assertThat(jumps("0f84f0ffffff", -10)).isTrue(); // je with 32 bits
  }

  @Test
  void shouldNotFindAJumpToTheNeighbour() {
    assertThat(jumps("eb02", 3)).isFalse();
    assertThat(jumps("e910000000", 0x14)).isFalse();
    assertThat(jumps("909090c3", 2)).isFalse();
  }

  @Test
  void shouldNotReadBehindTheEnd() {
    assertThat(jumps("e9", 0)).isFalse();
    assertThat(jumps("e9000000", 0)).isFalse();
    assertThat(jumps("0f84", 0)).isFalse();
  }

  @Test
  void shouldFindAJumpToAnyOfSeveralAddresses() {
    byte[] code = HexFormat.of().parseHex("9090eb02cccccc90");
    long[] others = {START + 9, START + 1, START + 7};

    assertThat(JumpSearch.mayJump(code, code.length, START, others)).isFalse();
    assertThat(JumpSearch.mayJump(code, code.length, START, START + 9, START + 6, START)).isTrue();
  }

  /** Random bytes among which the opcodes of jumps are frequent, and targets near and far. */
  @Test
  void shouldFindTheSameAsALookAtEveryByte() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] opcodes = HexFormat.of().parseHex("eb70e0e3e8e90f80");
    int found = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] code = new byte[random.nextInt(1, 300)];
      random.nextBytes(code);
      for (int i = 0; i < code.length; i++) {
        int kind = random.nextInt(4);
        if (kind == 0) {
          code[i] = opcodes[random.nextInt(opcodes.length)];
        } else if (kind == 1) {
          code[i] = (byte) -random.nextInt(2); // near displacements of four bytes
        }
      }
      long[] targets = {START + random.nextInt(-400, 700), START + random.nextInt(-400, 700)};
      boolean expected = looksAtEveryByte(code, targets);
      found += expected ? 1 : 0;
      assertThat(JumpSearch.mayJump(code, code.length, START, targets))
          .as("round %d", round)
          .isEqualTo(expected);
    }
    assertThat(found).isBetween(50, 2_950);
  }

  private static boolean looksAtEveryByte(byte[] code, long[] targets) {
    ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    Set<Long> reached = new HashSet<>();
    for (int i = 0; i + 1 < code.length; i++) {
      int first = code[i] & 0xff;
      if (first >= 0x70 && first <= 0x7f || first >= 0xe0 && first <= 0xe3 || first == 0xeb) {
        reached.add(START + i + 2 + code[i + 1]);
      }
      boolean isNear = first == 0x0f && (code[i + 1] & 0xff) >> 4 == 8;
      int wide = first == 0xe8 || first == 0xe9 ? 1 : isNear ? 2 : 0;
      if (wide > 0 && i + wide + 4 <= code.length) {
        reached.add(START + i + wide + 4 + bytes.getInt(i + wide));
      }
    }
    return Arrays.stream(targets).anyMatch(reached::contains);
  }

  private static boolean jumps(String hex, int target) {
    byte[] code = HexFormat.of().parseHex(hex);
    return JumpSearch.mayJump(code, code.length, START, START + target);
  }
}
