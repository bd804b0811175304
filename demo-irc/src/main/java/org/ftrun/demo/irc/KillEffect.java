package org.ftrun.demo.irc;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.demo.kit.Arrivals;
import org.ftrun.demo.kit.Kill;

/**
 * A kill, and what the clients saw of it.
 *
 * @param number 1 for the first
 * @param pid the process that was killed; 0 if none could be
 * @param atSeconds when, from the first message on
 * @param silenceMillis the longest time without any delivery at any client that overlaps the second
 *     after the kill
 * @param resumed whether anything was delivered after that silence
 * @param takeoverMicros how long the takeover took by ftrun's account; null if none came about
 * @param failure why the kill could not be made or nothing took over; null if all is well
 */
record KillEffect(
    int number,
    long pid,
    double atSeconds,
    double silenceMillis,
    boolean resumed,
    Long takeoverMicros,
    String failure) {
  private static final long WINDOW_NANOS = 1_000_000_000L;

  /** The effects of all kills; start and end of the recording by {@link System#nanoTime()}. */
  static List<KillEffect> of(List<Kill> kills, Arrivals arrivals, long start, long end) {
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
}
