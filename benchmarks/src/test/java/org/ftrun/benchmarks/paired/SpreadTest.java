package org.ftrun.benchmarks.paired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void shouldTakeTheMiddleValueWhenTheCountIsOdd() {
    assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9, 3));
  }

  @Test
  void shouldTakeTheMeanOfTheMiddleTwoWhenTheCountIsEven() {
    assertThat(Spread.of(List.of(8.0, 1.0, 4.0, 2.0))).isEqualTo(new Spread(3, 1, 8, 4));
  }

  @Test
  void shouldTakeTheNearestRankWhenAskedForAPercentile() {
    List<Double> values = IntStream.rangeClosed(1, 30).mapToObj(i -> (double) i).toList();
    assertThat(Spread.percentile(values, 99)).isEqualTo(30);
    assertThat(Spread.percentile(values, 50)).isEqualTo(15);
    assertThat(Spread.percentile(List.of(7.0), 1)).isEqualTo(7);
  }

  @Test
  void shouldPrintAboutThreeDigits() {
    assertThat(new Spread(1234.5, 0.123, 98.76, 3).text()).isEqualTo("1235 (0.12-98.8)");
  }
}
