package org.ftrun.demo.kit;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A kill, and what the clients saw of it.
 *
 * @param number 1 for the first
 * @param pid the process that was killed; 0 if none could be
 * @param atSeconds when, from the first message on
 * @param silenceMillis the longest time without anything arriving at any client that overlaps the
 *     second after the kill
 * @param resumed whether anything arrived after that silence
 * @param takeoverMicros how long the takeover took by ftrun's account; null if none came about
 * @param failure why the kill could not be made or nothing took over; null if all is well
 */
public record KillEffect(
    int number,
    long pid,
    double atSeconds,
    double silenceMillis,
    boolean resumed,
    Long takeoverMicros,
    String failure) {
  private static final long WINDOW_NANOS = 1_000_000_000L;

  /** The effects of all kills; start and end of the recording by {@link System#nanoTime()}. */
  public static List<KillEffect> of(List<Kill> kills, Arrivals arrivals, long start, long end) {
    List<KillEffect> effects = new ArrayList<>();
    for (Kill kill : kills) {
      long from = kill.atNanos();
      Arrivals.Silence silence = arrivals.longestSilence(from, from + WINDOW_NANOS, end);
      effects.add(
          new KillEffect(
              kill.number(),
              kill.pid(),
              (from - start) / 1e9,
              silence.nanos() / 1e6,
              silence.ended(),
              kill.takeoverMicros(),
              kill.failure()));
    }
    return effects;
  }

  /** What the kills say against a clean pass, a line each; empty if all were made and survived. */
  public static List<String> failures(List<KillEffect> kills, int planned) {
    List<String> failures = new ArrayList<>();
    for (KillEffect kill : kills) {
      if (kill.failure != null) {
        failures.add("kill " + kill.number + ": " + kill.failure);
      }
    }
    long survived = kills.stream().filter(kill -> kill.failure == null).count();
    if (survived < planned) {
      failures.add(survived + " of " + planned + " kills were made and survived");
    }
    return failures;
  }

  /** Prints a table of the kills; nothing if there are none. */
  public static void print(List<KillEffect> kills, PrintStream out) {
    if (kills.isEmpty()) {
      return;
    }
    out.println("kill    process      after   client-visible gap   takeover");
    for (KillEffect kill : kills) {
      String gap = kill.resumed ? millis(kill.silenceMillis) : "never ended";
      String takeover = kill.takeoverMicros == null ? "none" : millis(kill.takeoverMicros / 1e3);
      out.println(
          String.format(
              Locale.ROOT,
              "%4d %10d %8.1f s   %18s   %8s",
              kill.number,
              kill.pid,
              kill.atSeconds,
              gap,
              takeover));
    }
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
  }
}
