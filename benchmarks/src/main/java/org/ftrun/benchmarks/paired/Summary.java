package org.ftrun.benchmarks.paired;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Median, least and most of each measure, as bench.json has them beside the single rounds. */
final class Summary {
  /** What a sample has, by the names that it has in the rounds. */
  private static final Map<String, Function<Sample, Double>> MEASURES =
      Map.of(
          "cpuNanos", Sample::cpuNanos,
          "throughput", Sample::throughput,
          "p50Micros", Sample::p50Micros,
          "p99Micros", Sample::p99Micros,
          "replicaNanos", Sample::replicaNanos,
          "events", Sample::events,
          "slowPerThousand", Sample::slowPerThousand,
          "logBytes", Sample::logBytes);

  private Summary() {}

  /** By benchmark, call or measure, and manner; what was not measured is not there. */
  static Map<String, Object> of(Findings findings) {
    Map<String, Object> summary = new LinkedHashMap<>();
    Map<String, Map<Manner, Spread>> calls = new LinkedHashMap<>();
    for (String call : findings.calls()) {
      calls.put(call, byManner(manner -> findings.call(call, manner)));
    }
    if (!calls.isEmpty()) {
      summary.put("callNanos", calls);
    }
    for (Workload workload : findings.workloads()) {
      Map<String, Map<Manner, Spread>> measures = new LinkedHashMap<>();
      MEASURES.forEach(
          (name, value) ->
              measures.put(name, byManner(manner -> findings.of(workload, manner, value))));
      measures.values().removeIf(Map::isEmpty);
      summary.put(workload.label(), measures);
    }
    findings.kills().ifPresent(kills -> summary.put("kills", ofKills(kills)));
    return summary;
  }

  private static Map<Manner, Spread> byManner(Function<Manner, Optional<Spread>> measured) {
    Map<Manner, Spread> spreads = new LinkedHashMap<>();
    for (Manner manner : Manner.values()) {
      measured.apply(manner).ifPresent(spread -> spreads.put(manner, spread));
    }
    return spreads;
  }

  private static Map<String, Spread> ofKills(Kills kills) {
    Map<String, Spread> spreads = new LinkedHashMap<>();
    spreads.put("gapMillis", Spread.of(kills.gapMillis()));
    spreads.put("takeoverMillis", Spread.of(kills.takeoverMillis()));
    spreads.put("seedingMillis", Spread.of(kills.seedingMillis()));
    spreads.put("usualMillis", Spread.of(kills.usualMillis()));
    return spreads;
  }
}
