package org.ftrun.benchmarks.paired;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Everything that was measured; also what bench.json holds. */
final class Findings {
  private final Map<String, Object> conditions = new LinkedHashMap<>();
  private final Map<String, Map<Manner, List<Double>>> callNanos = new LinkedHashMap<>();
  private final Map<Workload, Map<Manner, List<Sample>>> servers = new EnumMap<>(Workload.class);
  private final List<String> failures = new ArrayList<>();
  private Kills kills;

  /** Under what conditions it is measured. */
  void conditions(Cores cores, int rounds, double seconds) {
    conditions.put("began", java.time.Instant.now().toString());
    conditions.put("kernel", System.getProperty("os.version"));
    conditions.put("processors", Runtime.getRuntime().availableProcessors());
    conditions.put(
        "loadAverageBefore",
        java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    conditions.put("cores", cores);
    conditions.put("rounds", rounds);
    conditions.put("seconds", seconds);
  }

  Map<String, Object> conditions() {
    return conditions;
  }

  void calls(Manner manner, Map<String, Double> nanos) {
    nanos.forEach(
        (call, value) ->
            callNanos
                .computeIfAbsent(call, c -> new EnumMap<>(Manner.class))
                .computeIfAbsent(manner, m -> new ArrayList<>())
                .add(value));
  }

  /** The calls that were measured. */
  List<String> calls() {
    return List.copyOf(callNanos.keySet());
  }

  Optional<Spread> call(String call, Manner manner) {
    return Optional.ofNullable(callNanos.getOrDefault(call, Map.of()).get(manner)).map(Spread::of);
  }

  void sample(Workload workload, Manner manner, Sample sample) {
    servers
        .computeIfAbsent(workload, w -> new EnumMap<>(Manner.class))
        .computeIfAbsent(manner, m -> new ArrayList<>())
        .add(sample);
  }

  /** The workloads that were measured at least once. */
  List<Workload> workloads() {
    return List.copyOf(servers.keySet());
  }

  /** The spread of one value; empty if it was not measured. */
  Optional<Spread> of(Workload workload, Manner manner, Function<Sample, Double> value) {
    List<Double> values =
        servers.getOrDefault(workload, Map.of()).getOrDefault(manner, List.of()).stream()
            .map(value)
            .filter(Objects::nonNull)
            .toList();
    return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** The ratio of two medians; empty unless both were measured. */
  Optional<Double> ratio(Optional<Spread> value, Optional<Spread> to) {
    return value.flatMap(v -> to.map(t -> v.median() / t.median()));
  }

  void kills(Kills measured) {
    kills = measured;
  }

  Optional<Kills> kills() {
    return Optional.ofNullable(kills);
  }

  /** Notes why something was not measured, once each. */
  void failed(String benchmark, Manner manner, String reason) {
    String line = benchmark + (manner == null ? "" : ", " + manner.label()) + ": " + reason;
    System.err.println("bench: " + line);
    failures.add(line);
  }

  List<String> failures() {
    return failures;
  }

  /** The bars of those benchmarks that were run. */
  List<Bar> bars() {
    List<Bar> bars = new ArrayList<>();
    callBars(bars);
    for (Workload workload : workloads()) {
      Optional<Spread> cpu = of(workload, Manner.FTRUN, Sample::cpuNanos);
      if (workload.cpuBar() > 0) {
        ratio(cpu, of(workload, Manner.NATIVE, Sample::cpuNanos))
            .ifPresent(
                ratio ->
                    bars.add(
                        Bar.of(workload.label() + " CPU/native", ratio, workload.cpuBar(), "x")));
      }
      ratio(of(workload, Manner.FTRUN, Sample::replicaNanos), cpu)
          .ifPresent(
              ratio ->
                  bars.add(Bar.of(workload.label() + " replica CPU/primary", ratio, 0.30, "x")));
      of(workload, Manner.FTRUN, Sample::slowPerThousand)
          .ifPresent(
              slow ->
                  bars.add(
                      Bar.below(
                          workload.label() + " slow events in 1,000", slow.median(), 1, " ")));
    }
    if (kills != null) {
      bars.add(
          Bar.of("client-visible gap, p99", Spread.percentile(kills.gapMillis(), 99), 10, "ms"));
      bars.add(Bar.of("takeover, median", Spread.of(kills.takeoverMillis()).median(), 1, "ms"));
    }
    return bars;
  }

  private void callBars(List<Bar> bars) {
    call("clock_gettime", Manner.FTRUN)
        .ifPresent(clock -> bars.add(Bar.of("clock_gettime", clock.median(), 90, "ns")));
    overNative("getppid")
        .ifPresent(over -> bars.add(Bar.of("getppid, over native", over, 40, "ns")));
    overNative("read_64")
        .ifPresent(over -> bars.add(Bar.of("64 B read, over native", over, 80, "ns")));
  }

  private Optional<Double> overNative(String call) {
    return call(call, Manner.FTRUN)
        .flatMap(f -> call(call, Manner.NATIVE).map(n -> f.median() - n.median()));
  }
}
