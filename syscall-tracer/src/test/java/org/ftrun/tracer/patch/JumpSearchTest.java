package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
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

  private static boolean jumps(String hex, int target) {
    byte[] code = HexFormat.of().parseHex(hex);
    return JumpSearch.mayJump(code, code.length, START, START + target);
  }
}
