package org.ftrun.benchmarks.paired;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** A bar chart of one server: CPU per request, throughput and p99 latency in each manner. */
final class Plot {
  private static final int PANEL_WIDTH = 420;
  private static final int BAR_LEFT = 150;
  private static final int BAR_WIDTH = 170;
  private static final int ROW = 30;
  private static final int TOP = 60;

  private Plot() {}

  /** The chart as SVG: medians as bars, the least and the most as whiskers. */
  static String svg(Findings findings, Workload workload) {
    int height = TOP + ROW * Manner.values().length + 20;
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        3 * PANEL_WIDTH,
        height);
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    add(svg, "<text x=\"10\" y=\"20\" font-size=\"15\">%s</text>", workload.label());
    String per = " per " + workload.request();
    panel(svg, findings, workload, 0, "CPU of the server" + per + ", us", s -> s.cpuNanos() / 1e3);
    panel(svg, findings, workload, 1, workload.request() + " rate, 1/s", Sample::throughput);
    panel(svg, findings, workload, 2, "p99 latency, us", Sample::p99Micros);
    add(svg, "</svg>");
    return svg.toString();
  }

  private static void panel(
      StringBuilder svg,
      Findings findings,
      Workload workload,
      int column,
      String title,
      Function<Sample, Double> value) {
    int left = column * PANEL_WIDTH;
    double most = 0;
    for (Manner manner : Manner.values()) {
      most = Math.max(most, findings.of(workload, manner, value).map(Spread::max).orElse(0.0));
    }
    add(svg, "<text x=\"%d\" y=\"45\" font-weight=\"bold\">%s</text>", left + 10, title);
    for (Manner manner : Manner.values()) {
      int y = TOP + ROW * manner.ordinal();
      add(svg, "<text x=\"%d\" y=\"%d\">%s</text>", left + 10, y + 15, manner.label());
      Optional<Spread> spread = findings.of(workload, manner, value);
      if (spread.isEmpty()) {
        add(svg, "<text x=\"%d\" y=\"%d\">not measured</text>", left + BAR_LEFT, y + 15);
        continue;
      }
      double scale = BAR_WIDTH / Math.max(most, Double.MIN_NORMAL);
      Spread s = spread.get();
      double from = left + BAR_LEFT + s.min() * scale;
      double to = left + BAR_LEFT + s.max() * scale;
      add(
          svg,
          "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>",
          left + BAR_LEFT,
          y,
          s.median() * scale,
          manner == Manner.FTRUN ? "#2b6cb0" : "#a0aec0");
      add(
          svg,
          "<path d=\"M%.1f %dH%.1fM%.1f %dv10M%.1f %dv10\" stroke=\"black\"/>",
          from,
          y + 10,
          to,
          from,
          y + 5,
          to,
          y + 5);
      add(svg, "<text x=\"%.1f\" y=\"%d\">%s</text>", to + 6, y + 15, Spread.number(s.median()));
    }
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
