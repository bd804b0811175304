package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.demo.kit.DemoException;

/** wrk: 16 connections that are kept alive, each asking again as soon as it has its answer. */
record WrkLoad(String url) implements Load {
  private static final String CONNECTIONS = "-c16";

  /** Where each call takes a stop, a request can take longer than wrk's two seconds. */
  private static final String TIMEOUT = "--timeout=20s";

  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([0-9.]+)s");
  private static final Pattern PERCENTILE = Pattern.compile("\\s(50|99)%\\s+([0-9.]+)(us|ms|s)\\s");

  @Override
  public Result run(double seconds) throws DemoException, InterruptedException {
    String report;
    // wrk knows whole seconds only.
    String duration = String.format(Locale.ROOT, "-d%ds", Math.max(1, Math.round(seconds)));
    try {
      Process wrk =
          new ProcessBuilder("wrk", "-t1", CONNECTIONS, duration, TIMEOUT, "--latency", url)
              .redirectErrorStream(true)
              .start();
      report = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      wrk.waitFor();
    } catch (IOException e) {
      throw new DemoException("cannot run wrk: " + e.getMessage(), e);
    }
    return parse(report);
  }

  /** Reads wrk's report; an error that a client saw is a failure of the benchmark. */
  static Result parse(String report) throws DemoException {
    Matcher requests = REQUESTS.matcher(report);
    if (!requests.find() || report.contains("Socket errors") || report.contains("Non-2xx")) {
      throw new DemoException("wrk: " + report.strip().replace('\n', ';'));
    }
    double[] micros = new double[100];
    for (Matcher line = PERCENTILE.matcher(report); line.find(); ) {
      double unit =
          switch (line.group(3)) {
            case "us" -> 1;
            case "ms" -> 1e3;
            default -> 1e6;
          };
      micros[Integer.parseInt(line.group(1))] = Double.parseDouble(line.group(2)) * unit;
    }
    return new Result(
        Long.parseLong(requests.group(1)),
        Double.parseDouble(requests.group(2)),
        micros[50],
        micros[99]);
  }

  @Override
  public void close() {}
}
