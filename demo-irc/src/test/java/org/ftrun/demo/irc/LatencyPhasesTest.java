package org.ftrun.demo.irc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LatencyPhasesTest {
  private static final long MILLI = 1_000_000L;

  private static DeliveryLog log(long... dueAndArrivedMillis) {
    DeliveryLog log = new DeliveryLog();
    for (int i = 0; i < dueAndArrivedMillis.length; i += 2) {
      log.add(dueAndArrivedMillis[i] * MILLI, dueAndArrivedMillis[i + 1] * MILLI);
    }
    return log;
  }

  @Test
  void shouldSortDeliveriesByTheKillThatTheyWereUnderWayAt() {
    DeliveryLog log =
        log(
            0, 1, // before
            990, 1020, // sent before the kill, arrived after it
            1500, 1502, // within a second of it
            1900, 4000, // sent within a second of it, arrived much later
            5000, 5004); // after
    LatencyPhases phases = LatencyPhases.of(log, List.of(1000 * MILLI));
    assertThat(phases.before().deliveries()).isEqualTo(1);
    assertThat(phases.before().maxMicros()).isCloseTo(1000, within(2.0));
    assertThat(phases.during().deliveries()).isEqualTo(3);
    assertThat(phases.during().p50Micros()).isCloseTo(30_000, within(50.0));
    assertThat(phases.during().maxMicros()).isCloseTo(2_100_000, within(2500.0));
    assertThat(phases.after().deliveries()).isEqualTo(1);
  }

  @Test
  void shouldCountAllAsBeforeWhenThereIsNoKill() {
    LatencyPhases phases = LatencyPhases.of(log(0, 1, 2, 4), List.of());
    assertThat(phases.before().deliveries()).isEqualTo(2);
    assertThat(phases.during().deliveries()).isZero();
    assertThat(phases.after().deliveries()).isZero();
  }
}
