package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class IntervalTimerTest {
  private static final long MICRO = 1_000;

  private final IntervalTimer timer = new IntervalTimer();

  /** System.nanoTime() may be anything, and wraps. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5, 1L << 50, Long.MAX_VALUE - 1000, Long.MIN_VALUE})
  void shouldSayWhatIsLeftWhateverTheClockShows(long start) {
    timer.set(start, 100, 0);
    assertThat(timer.isArmed()).isTrue();
    assertThat(timer.microsLeft(start)).isEqualTo(100);
    assertThat(timer.microsLeft(start + 40 * MICRO)).isEqualTo(60);
    assertThat(timer.microsLeft(start + 100 * MICRO)).isEqualTo(1);
    assertThat(timer.microsLeft(start + 5000 * MICRO)).isEqualTo(1);
  }

  @Test
  void shouldBeDisarmedWhenTheOnlyExpiryIsOver() {
    timer.set(0, 100, 0);
    timer.expired(100 * MICRO);
    assertThat(timer.isArmed()).isFalse();
  }

  @Test
  void shouldGoOnFromTheDeadlineWhenThereIsAnInterval() {
    timer.set(0, 100, 30);
    timer.expired(107 * MICRO);
    assertThat(timer.isArmed()).isTrue();
    assertThat(timer.intervalMicros()).isEqualTo(30);
    assertThat(timer.microsLeft(107 * MICRO)).isEqualTo(23);
  }

  @Test
  void shouldSkipWhatWasMissedWhenExpiriesAreLate() {
    timer.set(0, 100, 30);
    timer.expired(195 * MICRO); // due at 100, 130, 160, 190
    assertThat(timer.microsLeft(195 * MICRO)).isEqualTo(25);
    timer.expired(220 * MICRO); // at the deadline itself
    assertThat(timer.microsLeft(220 * MICRO)).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 1000, Long.MIN_VALUE})
  void shouldNeverExpireWhenSetToMoreThanAClockHolds(long start) {
    assertThat(IntervalTimer.micros(Long.MAX_VALUE, 999_999))
        .isEqualTo(IntervalTimer.LONGEST_MICROS);
    assertThat(IntervalTimer.micros(Long.MAX_VALUE / 1_000_000, 0))
        .isEqualTo(IntervalTimer.LONGEST_MICROS);
    assertThat(IntervalTimer.micros(7, 8)).isEqualTo(7_000_008);
    timer.set(start, IntervalTimer.LONGEST_MICROS, IntervalTimer.LONGEST_MICROS);
    assertThat(timer.microsLeft(start + 1000 * MICRO))
        .isEqualTo(IntervalTimer.LONGEST_MICROS - 1000);
    timer.set(start, 1, IntervalTimer.LONGEST_MICROS);
    timer.expired(start + MICRO);
    assertThat(timer.microsLeft(start + MICRO)).isEqualTo(IntervalTimer.LONGEST_MICROS);
  }

  /** A member may have stood still for long: 50 years of microseconds must not be counted. */
  @Test
  void shouldSkipWhatWasMissedAtOnceWhenTheIntervalIsTiny() {
    long years = 50L * 365 * 86400 * 1_000_000_000;
    timer.set(0, 1, 1);
    timer.expired(years + 500);
    assertThat(timer.microsLeft(years + 500)).isEqualTo(1);
    timer.set(0, 1, 7);
    timer.expired(years);
    assertThat(timer.microsLeft(years)).isBetween(1L, 7L);
  }

  @Test
  void shouldBeDisarmedWhenSetToNothing() {
    timer.set(0, 100, 30);
    timer.set(1, 0, 30);
    assertThat(timer.isArmed()).isFalse();
    timer.expired(1);
    assertThat(timer.isArmed()).isFalse();
  }

  @Test
  void shouldGoItsOwnWayWhenCopied() {
    timer.set(0, 100, 30);
    IntervalTimer copy = timer.copy();
    timer.set(0, 0, 0);
    assertThat(copy.isArmed()).isTrue();
    assertThat(copy.microsLeft(0)).isEqualTo(100);
    assertThat(copy.intervalMicros()).isEqualTo(30);
  }
}
