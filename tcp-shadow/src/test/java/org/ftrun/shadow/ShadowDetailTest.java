package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.ftrun.tracer.stub.DetailRule;
import org.junit.jupiter.api.Test;

class ShadowDetailTest {
  private static final int NUMBERS = 512;
  private static final int ROUNDS = 200;

  @Test
  void shouldBeTheSameWhenTheStubMakesIt() {
    SplittableRandom random = new SplittableRandom(1);
    for (int number = 0; number < NUMBERS; number++) {
      DetailRule rule = ShadowDetail.rule(number);
      for (int round = 0; rule != null && round < ROUNDS; round++) {
        long[] arguments = random.longs(6).toArray();
        arguments[random.nextInt(6)] = 0;
        assertThat(made(rule, arguments))
            .as("call %d, %s", number, rule)
            .isEqualTo(ShadowDetail.of(number, arguments));
      }
    }
  }

  /** As detail_of of record.c. */
  private static long made(DetailRule rule, long[] arguments) {
    long first = rule.first() < 0 ? 0 : arguments[rule.first()] & 0xffff_ffffL;
    return switch (rule.kind()) {
      case NONE -> 0;
      case FIRST -> first;
      case BOTH -> first | arguments[rule.second()] << 32;
      case EMPTY -> first | (arguments[rule.second()] == 0 ? 1L << 32 : 0);
    };
  }
}
