package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class IntervalTimerTest {
  private static final long MICRO = 1000;

  private final IntervalTimer timer = new IntervalTimer();

  @Test
  void shouldTellWhatIsLeft() {
    timer.set(0, 500, 0);
    assertThat(timer.isArmed()).isTrue();
    assertThat(timer.microsLeft(200 * MICRO)).isEqualTo(300);
  }

  @Test
  void shouldExpireAtOnceWhenOverdue() {
    timer.set(0, 500, 0);
    assertThat(timer.microsLeft(900 * MICRO)).isEqualTo(1);
  }

  @Test
  void shouldBeDisarmedAfterASingleExpiry() {
    timer.set(0, 500, 0);
    timer.expired(500 * MICRO);
    assertThat(timer.isArmed()).isFalse();
  }

  @Test
  void shouldGoOnAtTheNextMultipleOfItsInterval() {
    timer.set(0, 500, 100);
    timer.expired(750 * MICRO);
    assertThat(timer.isArmed()).isTrue();
    assertThat(timer.microsLeft(750 * MICRO)).isEqualTo(50);
    assertThat(timer.intervalMicros()).isEqualTo(100);
  }

  @Test
  void shouldBeDisarmedByZero() {
    timer.set(0, 500, 100);
    timer.set(10, 0, 100);
    assertThat(timer.isArmed()).isFalse();
  }
}
