package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class PosixTimerTest {
  private static final int REALTIME = 0;
  private static final int MONOTONIC = 1;
  private static final int PROCESS_TIME = 2;
  private static final int ANOTHERS_TIME = -6;
  private static final long NOW = 1_000_000;

  @Test
  void shouldGoByTheClockWhenTheClockIsTheOneThatIsLookedAt() {
    PosixTimer timer = timer(MONOTONIC);
    timer.set(NOW, 500, 100, false);
    assertThat(timer.isAbsolute()).isTrue();
    assertThat(timer.rest(NOW + 700)).as("past, so that the kernel counts").isEqualTo(NOW + 500);
    timer.expired(0, NOW + 720);
    assertThat(timer.rest(NOW + 730)).isEqualTo(NOW + 800);
  }

  @Test
  void shouldSayHowLongWhenAnotherClockCouldBeSetMeanwhile() {
    PosixTimer timer = timer(REALTIME);
    timer.set(NOW, 500, 0, false);
    assertThat(timer.isAbsolute()).isFalse();
    assertThat(timer.rest(NOW + 200)).isEqualTo(300);
    assertThat(timer.rest(NOW + 700)).isEqualTo(1);
  }

  @Test
  void shouldBeDisarmedWhenTheOnlyExpiryIsOver() {
    PosixTimer timer = timer(REALTIME);
    timer.set(NOW, 500, 0, true);
    assertThat(timer.isArmed()).isTrue();
    timer.expired(3, NOW + 600);
    assertThat(timer.isArmed()).isFalse();
    assertThat(timer.overrun()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {PROCESS_TIME, ANOTHERS_TIME})
  void shouldBeginAnewWhenProcessorTimeIsCounted(int clock) {
    PosixTimer timer = timer(clock);
    timer.set(NOW, 500, 100, false);
    assertThat(timer.rest(NOW + 400)).isEqualTo(500);
    timer.expired(0, NOW + 450);
    assertThat(timer.isArmed()).isTrue();
    assertThat(timer.rest(NOW + 480)).isEqualTo(100);
  }

  @Test
  void shouldGoOnAloneWhenItIsCopied() {
    PosixTimer timer = timer(REALTIME);
    timer.set(NOW, 500, 100, true);
    PosixTimer copy = timer.copy();
    timer.set(NOW, 0, 0, false);
    assertThat(timer.isArmed()).isFalse();
    assertThat(copy.isArmed()).isTrue();
    assertThat(copy.rest(NOW)).isEqualTo(500);
    assertThat(copy.interval()).isEqualTo(100);
    assertThat(copy.notification).isEqualTo(timer.notification);
  }

  @Test
  void shouldNeverComeWhenTheTimeIsLongerThanTheClockHolds() {
    assertThat(PosixTimer.nanos(2, 5)).isEqualTo(2_000_000_005L);
    assertThat(PosixTimer.nanos(Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE / 2);
  }

  private static PosixTimer timer(int clock) {
    return new PosixTimer(clock, new PosixTimer.Notification(0, 14, 0, 0));
  }
}
