package org.ftrun.demo.streaming;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.ftrun.demo.kit.KillEffect;

/** Prints a verdict for people. */
final class StreamingReport {
  private static final int MOST_TIMELINES = 3;

  private StreamingReport() {}

  static void print(StreamingVerdict verdict, PrintStream out) {
    line(out, "");
    line(out, "client         bytes   SHA-256     stalls   longest gap");
    for (Reception.Result client : verdict.clients()) {
      line(
          out,
          "%-9s %10d   %-9s   %6d   %8.0f ms%s",
          client.client(),
          client.bytes(),
          client.identical() ? "identical" : "DIFFERS",
          client.stalls(),
          client.longestGapMillis(),
          client.failure() == null ? "" : "   " + client.failure());
    }
    line(out, "original  %10d   %s", verdict.mediaBytes(), verdict.sha256());
    line(out, "");
    timelines(verdict, out);
    KillEffect.print(verdict.kills(), out);
    line(out, "stalls (no byte for 200 ms): %d", verdict.stalls());
    line(out, "");
    if (verdict.passed()) {
      line(
          out,
          "PASSED: %d kills, and every client received the original without a disconnect",
          verdict.kills().size());
    } else {
      line(out, "FAILED:");
      verdict.failures().forEach(failure -> line(out, "  %s", failure));
    }
  }

  /** All timelines if they are few, else that of the longest silence. */
  private static void timelines(StreamingVerdict verdict, PrintStream out) {
    List<KillEffect> kills = verdict.kills();
    Comparator<Integer> bySilence =
        Comparator.comparingDouble(index -> kills.get(index).silenceMillis());
    List<Integer> shown =
        kills.size() <= MOST_TIMELINES
            ? IntStream.range(0, kills.size()).boxed().toList()
            : IntStream.range(0, kills.size()).boxed().max(bySilence).stream().toList();
    for (int index : shown) {
      line(out, "Mbit/s of all clients around kill %d", kills.get(index).number());
      verdict.timelines().get(index).lines(block()).forEach(text -> line(out, "%s", text));
      line(out, "");
    }
  }

  /** A full block where the locale has one. */
  private static char block() {
    Charset charset = Charset.forName(System.getProperty("native.encoding", "US-ASCII"));
    return charset.canEncode() && charset.newEncoder().canEncode('\u2588') ? '\u2588' : '#';
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
