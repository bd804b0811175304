package org.ftrun.demo.irc;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Latency from the instant at which a message was due to its delivery, apart for three phases.
 *
 * @param before deliveries before the first kill
 * @param during deliveries under way at any time from a kill to one second after it
 * @param after all others
 */
record LatencyPhases(Phase before, Phase during, Phase after) {
  private static final long KILL_WINDOW_NANOS = 1_000_000_000L;

  /**
   * The latencies of one phase, in microseconds.
   *
   * @param deliveries how many there were; if 0, the latencies are 0 too
   */
  record Phase(long deliveries, double p50Micros, double p99Micros, double maxMicros) {
    private static Phase of(Histogram histogram) {
      return new Phase(
          histogram.getTotalCount(),
          histogram.getValueAtPercentile(50) / 1e3,
          histogram.getValueAtPercentile(99) / 1e3,
          histogram.getMaxValue() / 1e3);
    }
  }

  /**
   * Sorts the deliveries into the phases.
   *
   * @param kills the instants of the kills, ascending, by {@link System#nanoTime()}
   */
  static LatencyPhases of(DeliveryLog log, List<Long> kills) {
    Histogram before = new Histogram(3);
    Histogram during = new Histogram(3);
    Histogram after = new Histogram(3);
    for (int i = 0; i < log.size(); i++) {
      long due = log.dueAt(i);
      long arrived = log.arrivals().at(i);
      Histogram phase;
      if (kills.isEmpty() || arrived - kills.get(0) < 0) {
        phase = before;
      } else {
        phase = kills.stream().anyMatch(kill -> overlaps(due, arrived, kill)) ? during : after;
      }
      phase.recordValue(Math.max(0, arrived - due));
    }
    return new LatencyPhases(Phase.of(before), Phase.of(during), Phase.of(after));
  }

  private static boolean overlaps(long due, long arrived, long kill) {
    return arrived - kill >= 0 && due - (kill + KILL_WINDOW_NANOS) <= 0;
  }
}
