package org.ftrun.demo.kit;

/**
 * One kill of the serving process and what came of it.
 *
 * @param number 1 for the first
 * @param pid the process that was killed; 0 if none could be
 * @param atNanos when, by {@link System#nanoTime()}
 * @param takeoverMicros how long the takeover took, microseconds; null if none came about
 * @param failure why the kill could not be made or nothing took over, one line; null if all is well
 */
public record Kill(int number, long pid, long atNanos, Long takeoverMicros, String failure) {

  /** Whether the process was killed, whatever came of it. */
  public boolean made() {
    return pid != 0;
  }

  /** Whether another process took over and the service was protected again. */
  public boolean takenOver() {
    return takeoverMicros != null;
  }
}
