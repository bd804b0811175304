package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class ArgumentHistoryTest {
  private final ArgumentHistory history = new ArgumentHistory(4);

  @Test
  void shouldKnowOnlyTheLatestWhenWrapped() {
    for (int i = 0; i < 10; i++) {
      history.record(i, new long[] {i, 1, 2, 3, 4, -i});
    }
    for (int i = 0; i < 6; i++) {
      assertThat(history.of(i)).isNull();
    }
    for (int i = 6; i < 10; i++) {
      assertThat(history.of(i)).containsExactly(i, 1, 2, 3, 4, -i);
    }
    assertThat(history.of(10)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3, 6, 65_535, Integer.MIN_VALUE})
  void shouldRefuseASizeThatIsNoPowerOfTwo(int size) {
    assertThatThrownBy(() -> new ArgumentHistory(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(size));
  }

  @Test
  void shouldHaveNoneOfWhatWasSkipped() {
    assertThat(history.of(0)).isNull();
    history.record(1, new long[6]);
    assertThat(history.of(0)).isNull();
    assertThat(history.of(5)).isNull();
    assertThat(history.of(1)).containsOnly(0);
  }

  @Test
  void shouldKeepACopyOfTheArguments() {
    long[] arguments = {1, 2, 3, 4, 5, 6};
    history.record(0, arguments);
    arguments[0] = 9;
    assertThat(history.of(0)).containsExactly(1, 2, 3, 4, 5, 6);
    history.of(0)[1] = 9;
    assertThat(history.of(0)).containsExactly(1, 2, 3, 4, 5, 6);
  }
}
