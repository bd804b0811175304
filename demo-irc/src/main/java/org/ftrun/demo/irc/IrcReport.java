package org.ftrun.demo.irc;

import java.io.PrintStream;
import java.util.Locale;
import org.ftrun.demo.kit.KillEffect;

/** Prints a verdict for people. */
final class IrcReport {
  private IrcReport() {}

  static void print(IrcVerdict verdict, PrintStream out) {
    DeliveryLedger.Tally messages = verdict.messages();
    line(out, "");
    line(out, "clients      %d joined, %d disconnects", verdict.clients(), verdict.disconnects());
    if (verdict.firstDisconnect() != null) {
      line(out, "             the first: %s", verdict.firstDisconnect());
    }
    line(out, "messages     %d sent in %.1f s", messages.sent(), verdict.seconds());
    line(
        out,
        "deliveries   %d of %d made, %d lost, %d doubled, %d out of order",
        messages.delivered(),
        messages.expected(),
        messages.lost(),
        messages.doubled(),
        messages.outOfOrder());
    line(out, "");
    line(out, "latency, ms            p50       p99       max   deliveries");
    phase(out, "before the kills", verdict.latency().before());
    phase(out, "within 1 s of one", verdict.latency().during());
    phase(out, "after", verdict.latency().after());
    line(out, "");
    KillEffect.print(verdict.kills(), out);
    line(out, "longest gap before any kill: %.1f ms", verdict.usualSilenceMillis());
    line(out, "");
    if (verdict.passed()) {
      line(
          out,
          "PASSED: %d kills, and no client noticed: nothing lost, doubled, reordered, disconnected",
          verdict.kills().size());
    } else {
      line(out, "FAILED:");
      verdict.failures().forEach(failure -> line(out, "  %s", failure));
    }
  }

  private static void phase(PrintStream out, String name, LatencyPhases.Phase phase) {
    if (phase.deliveries() == 0) {
      return;
    }
    line(
        out,
        "  %-17s%7.2f   %7.2f   %7.2f   %10d",
        name,
        phase.p50Micros() / 1e3,
        phase.p99Micros() / 1e3,
        phase.maxMicros() / 1e3,
        phase.deliveries());
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
