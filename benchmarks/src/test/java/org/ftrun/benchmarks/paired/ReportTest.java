package org.ftrun.benchmarks.paired;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

@Timeout(20)
class ReportTest {
  @TempDir private Path directory;

  private final Findings findings = new Findings();

  @Test
  void shouldMeetBarsWhenValuesAreAtThem() {
    calls(100, 140, 90, 200, 280);
    nginx(11_200, 3_360, 0.99);
    kills(10, 1);

    assertThat(findings.bars()).hasSize(8).allMatch(Bar::met);
  }

  @Test
  void shouldMissBarsWhenValuesAreAboveThem() throws Exception {
    calls(100, 141, 91, 200, 281);
    nginx(11_201, 3_361, 1);
    kills(10.1, 1.1);

    assertThat(findings.bars()).hasSize(8).noneMatch(Bar::met);
    assertThat(written()).contains("NOT MET").doesNotContain(": met");
  }

  @Test
  void shouldHaveTheBarOfEachServer() {
    for (Workload workload : Workload.values()) {
      findings.sample(workload, Manner.NATIVE, sample(1000, null, null));
      findings.sample(workload, Manner.FTRUN, sample(1025, 100.0, 0.1));
    }
    Map<String, Double> limits = new java.util.TreeMap<>();
    findings.bars().stream()
        .filter(bar -> bar.what().endsWith("CPU/native"))
        .forEach(bar -> limits.put(bar.what().split(" ")[0], bar.limit()));

    assertThat(limits)
        .isEqualTo(
            Map.of(
                "beanstalkd", 1.20,
                "nginx", 1.12,
                "lighttpd", 1.12,
                "redis-get", 1.10,
                "redis-set", 1.10,
                "redis-get-16", 1.10,
                "nginx-streaming", 1.03));
  }

  @Test
  void shouldShowMedianLeastAndMostOfTheRounds() throws Exception {
    for (double nanos : new double[] {3000, 1000, 2000}) {
      findings.sample(Workload.BEANSTALKD, Manner.NATIVE, sample(nanos, null, null));
      findings.sample(Workload.BEANSTALKD, Manner.FTRUN, sample(nanos * 2, 500.0, 0.1));
    }
    findings.failed("ngircd", Manner.STRACE, "it did not start");

    assertThat(written())
        .contains("2.00 (1.00-3.00)", "4.00 (2.00-6.00)", "ngircd, strace -f: it did not start")
        .containsPattern("ftrun +4\\.00 \\(2\\.00-6\\.00\\) +2\\.00 ");
  }

  @Test
  void shouldWriteJsonAndOnePlotForEachServer() throws Exception {
    calls(100, 150, 90, 200, 280);
    findings.sample(Workload.NGIRCD, Manner.NATIVE, sample(1000, null, null));
    findings.sample(Workload.NGIRCD, Manner.FTRUN, sample(1500, 500.0, 0.1));
    written();

    JsonObject json =
        JsonParser.parseString(Files.readString(directory.resolve("bench.json"))).getAsJsonObject();
    JsonArray bars = json.getAsJsonArray("bars");
    List<String> missed =
        StreamSupport.stream(bars.spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .filter(bar -> !bar.get("met").getAsBoolean())
            .map(bar -> bar.get("what").getAsString())
            .toList();
    assertThat(missed).containsExactly("getppid, over native", "ngircd replica CPU/primary");
    JsonObject summary = json.getAsJsonObject("summary");
    JsonObject getppid = summary.getAsJsonObject("callNanos").getAsJsonObject("getppid");
    assertThat(getppid.keySet()).contains("NATIVE", "FTRUN");
    assertThat(getppid.getAsJsonObject("FTRUN").keySet())
        .containsExactly("median", "min", "max", "rounds");
    JsonObject cpu = summary.getAsJsonObject("ngircd").getAsJsonObject("cpuNanos");
    assertThat(cpu.getAsJsonObject("FTRUN").get("median").getAsDouble()).isEqualTo(1500);
    assertThat(summary.getAsJsonObject("ngircd").getAsJsonObject("replicaNanos").keySet())
        .containsExactly("FTRUN");
    assertThat(summary.has("kills")).isFalse();
    Element svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(directory.resolve("ngircd.svg").toFile())
            .getDocumentElement();
    assertThat(svg.getTagName()).isEqualTo("svg");
    // In three panels two manners were measured, and behind all is the ground.
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(3 * 2 + 1);
    assertThat(directory.resolve("nginx.svg")).doesNotExist();
  }

  private String written() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Report(findings).write(new PrintStream(bytes, true, StandardCharsets.UTF_8), directory);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void calls(
      double getppid, double ftrunGetppid, double clock, double read, double ftrunRead) {
    findings.calls(
        Manner.NATIVE, Map.of("getppid", getppid, "clock_gettime", 30.0, "read_64", read));
    findings.calls(
        Manner.FTRUN,
        Map.of("getppid", ftrunGetppid, "clock_gettime", clock, "read_64", ftrunRead));
  }

  /** Where it takes 10,000 ns natively. */
  private void nginx(double cpuNanos, double replicaNanos, double slow) {
    findings.sample(Workload.NGINX, Manner.NATIVE, sample(10_000, null, null));
    findings.sample(Workload.NGINX, Manner.FTRUN, sample(cpuNanos, replicaNanos, slow));
  }

  private void kills(double longestGap, double medianTakeover) {
    findings.kills(
        new Kills(
            gaps(longestGap),
            List.of(medianTakeover, 0.5, 2.0),
            List.of(2.0, 2.5, 3.0),
            List.of(0.1, 0.1, 0.1)));
  }

  private static Sample sample(double cpuNanos, Double replicaNanos, Double slow) {
    return new Sample(cpuNanos, 5000.0, 100.0, 900.0, replicaNanos, 4.0, slow, 128.0);
  }

  /** Thirty, the most of which counts as the 99th percentile. */
  private static List<Double> gaps(double most) {
    return IntStream.rangeClosed(1, 30).mapToObj(i -> i == 30 ? most : 2.0).toList();
  }
}
