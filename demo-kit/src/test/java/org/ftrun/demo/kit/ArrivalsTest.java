package org.ftrun.demo.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ftrun.demo.kit.Arrivals.Silence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ArrivalsTest {
  private static Arrivals at(long... instants) {
    Arrivals arrivals = new Arrivals();
    for (long instant : instants) {
      arrivals.add(instant);
    }
    return arrivals;
  }

  @Test
  void shouldFindTheSilenceWhenItOverlapsTheWindow() {
    Arrivals arrivals = at(0, 10, 20, 70, 80, 200);
    assertThat(arrivals.longestSilence(25, 60, 300)).isEqualTo(new Silence(50, true));
    assertThat(arrivals.longestSilence(0, 15, 300)).isEqualTo(new Silence(10, true));
    assertThat(arrivals.longestSilence(15, 90, 300)).isEqualTo(new Silence(120, true));
  }

  @Test
  void shouldReportAnUnendedSilenceWhenNothingArrivesAnyMore() {
    Arrivals arrivals = at(0, 10, 20);
    assertThat(arrivals.longestSilence(15, 100, 300)).isEqualTo(new Silence(280, false));
    assertThat(at().longestSilence(15, 100, 300)).isEqualTo(new Silence(285, false));
  }

  @Test
  void shouldIgnoreTheEndWhenTheLastArrivalIsAfterTheWindow() {
    assertThat(at(0, 10, 20).longestSilence(5, 15, 300)).isEqualTo(new Silence(10, true));
  }

  @Test
  void shouldCountOnlyGapsInsideWhenAskedForThoseWithinAWindow() {
    Arrivals arrivals = at(0, 10, 25, 70, 80);
    assertThat(arrivals.longestGapWithin(-1, 30)).isEqualTo(15);
    assertThat(arrivals.longestGapWithin(-1, 100)).isEqualTo(45);
    assertThat(arrivals.longestGapWithin(71, 79)).isZero();
  }

  @Test
  void shouldKeepAllArrivalsWhenThereAreMany() {
    Arrivals arrivals = new Arrivals();
    for (int i = 0; i < 5000; i++) {
      arrivals.add(i);
    }
    assertThat(arrivals.size()).isEqualTo(5000);
    assertThat(arrivals.at(4999)).isEqualTo(4999);
  }

  @Test
  void shouldRefuseAnArrivalWhenItIsEarlierThanTheOneBefore() {
    Arrivals arrivals = at(10);
    assertThatThrownBy(() -> arrivals.add(9)).isInstanceOf(IllegalArgumentException.class);
  }
}
