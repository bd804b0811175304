package org.ftrun.benchmarks.paired;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ftrun.demo.kit.DemoException;

/** The findings as tables, as JSON and as plots. */
final class Report {
  private final Findings findings;

  Report(Findings findings) {
    this.findings = findings;
  }

  /** Prints the tables and writes the files. */
  void write(PrintStream out, Path directory) throws DemoException {
    out.println("Medians of the rounds (least-most). " + findings.conditions());
    printCalls(out);
    findings.workloads().forEach(workload -> printServer(out, workload));
    findings.kills().ifPresent(kills -> printKills(out, kills));
    List<Bar> bars = findings.bars();
    if (!bars.isEmpty()) {
      out.println();
      bars.forEach(bar -> out.println(bar.text()));
    }
    if (!findings.failures().isEmpty()) {
      out.println();
      findings.failures().forEach(line -> out.println("not measured: " + line));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("summary", Summary.of(findings));
    json.put("findings", findings);
    json.put("bars", bars);
    String text =
        new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .serializeSpecialFloatingPointValues()
            .create()
            .toJson(json);
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("bench.json"), text + "\n");
      for (Workload workload : findings.workloads()) {
        Files.writeString(
            directory.resolve(workload.label() + ".svg"), Plot.svg(findings, workload));
      }
    } catch (IOException e) {
      throw new DemoException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
    out.println();
    out.println("More in " + directory);
  }

  private void printCalls(PrintStream out) {
    if (findings.calls().isEmpty()) {
      return;
    }
    out.println();
    Table table = new Table("ns per call", "native", "ftrun", "/native", "fast path off", "strace");
    for (String call : findings.calls()) {
      Optional<Spread> natively = findings.call(call, Manner.NATIVE);
      Optional<Spread> ftrun = findings.call(call, Manner.FTRUN);
      table.add(
          call,
          text(natively),
          text(ftrun),
          ratio(ftrun, natively),
          text(findings.call(call, Manner.FTRUN_SLOW)),
          text(findings.call(call, Manner.STRACE)));
    }
    table.print(out);
  }

  private void printServer(PrintStream out, Workload workload) {
    out.println();
    Table table =
        new Table(
            workload.label() + ", per " + workload.request(),
            "CPU us",
            "/native",
            "per second",
            "p50 us",
            "p99 us",
            "replica CPU us",
            "/primary",
            "events",
            "log bytes");
    Optional<Spread> natively = findings.of(workload, Manner.NATIVE, Sample::cpuNanos);
    for (Manner manner : Manner.values()) {
      Optional<Spread> cpu = findings.of(workload, manner, Sample::cpuNanos);
      Optional<Spread> replica = findings.of(workload, manner, Sample::replicaNanos);
      table.add(
          manner.label(),
          micros(cpu),
          ratio(cpu, natively),
          text(findings.of(workload, manner, Sample::throughput)),
          text(findings.of(workload, manner, Sample::p50Micros)),
          text(findings.of(workload, manner, Sample::p99Micros)),
          micros(replica),
          ratio(replica, cpu),
          median(findings.of(workload, manner, Sample::events)),
          median(findings.of(workload, manner, Sample::logBytes)));
    }
    table.print(out);
  }

  private static void printKills(PrintStream out, Kills kills) {
    out.println();
    Table table =
        new Table(
            kills.gapMillis().size() + " kills of beanstalkd, ms", "least", "p50", "p99", "most");
    addKills(table, "client-visible gap", kills.gapMillis());
    addKills(table, "  longest before the kill", kills.usualMillis());
    addKills(table, "takeover", kills.takeoverMillis());
    addKills(table, "standstill while a replica is made", kills.seedingMillis());
    table.print(out);
  }

  private static void addKills(Table table, String what, List<Double> millis) {
    Spread spread = Spread.of(millis);
    table.add(
        what,
        Spread.number(spread.min()),
        Spread.number(spread.median()),
        Spread.number(Spread.percentile(millis, 99)),
        Spread.number(spread.max()));
  }

  private String ratio(Optional<Spread> value, Optional<Spread> to) {
    return findings.ratio(value, to).map(r -> String.format(Locale.ROOT, "%.2f", r)).orElse("-");
  }

  private static String text(Optional<Spread> spread) {
    return spread.map(Spread::text).orElse("-");
  }

  private static String median(Optional<Spread> spread) {
    return spread.map(s -> Spread.number(s.median())).orElse("-");
  }

  private static String micros(Optional<Spread> nanos) {
    return text(
        nanos.map(n -> new Spread(n.median() / 1e3, n.min() / 1e3, n.max() / 1e3, n.rounds())));
  }
}
