package org.ftrun.demo.kit;

import java.util.Arrays;

/**
 * The instants at which something arrived at any client, in the order of their recording, which is
 * the order of time. Written by one thread; read after that thread is done.
 */
public final class Arrivals {
  private static final int USUAL_ROOM = 1024;

  private long[] nanos;
  private int size;

  /** With room for some; it grows with what is recorded, which takes time then. */
  public Arrivals() {
    this(USUAL_ROOM);
  }

  /**
   * With room that need not grow in the midst of what is measured.
   *
   * @param room for how many arrivals, 1 at least
   */
  public Arrivals(int room) {
    nanos = new long[room];
  }

  /** Records an arrival, not earlier than the one before; by {@link System#nanoTime()}. */
  public void add(long atNanos) {
    if (size > 0 && atNanos - nanos[size - 1] < 0) {
      throw new IllegalArgumentException("arrivals must be recorded in the order of time");
    }
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, size * 2);
    }
    nanos[size++] = atNanos;
  }

  /** How many arrivals were recorded. */
  public int size() {
    return size;
  }

  /** The instant of an arrival, 0 being the first. */
  public long at(int index) {
    return nanos[java.util.Objects.checkIndex(index, size)];
  }

  /**
   * The longest time without any arrival that overlaps a window. The time from the last arrival to
   * the end of the recording counts as a silence that has not ended.
   *
   * @param from start of the window
   * @param to end of the window, not before its start
   * @param end end of the recording
   */
  public Silence longestSilence(long from, long to, long end) {
    Silence longest = new Silence(0, true);
    for (int i = Math.max(1, firstAfter(from)); i < size; i++) {
      if (nanos[i - 1] - to > 0) {
        return longest;
      }
      if (nanos[i] - nanos[i - 1] > longest.nanos()) {
        longest = new Silence(nanos[i] - nanos[i - 1], true);
      }
    }
    long last = size > 0 ? nanos[size - 1] : from;
    if (last - to <= 0 && end - last > longest.nanos()) {
      return new Silence(end - last, false);
    }
    return longest;
  }

  /**
   * The longest time between two arrivals that both lie in a window.
   *
   * @return its length in nanoseconds; 0 if there are fewer than two arrivals
   */
  public long longestGapWithin(long from, long to) {
    long longest = 0;
    for (int i = firstAfter(from) + 1; i < size && nanos[i] - to <= 0; i++) {
      longest = Math.max(longest, nanos[i] - nanos[i - 1]);
    }
    return longest;
  }

  private int firstAfter(long instant) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nanos[middle] - instant > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /**
   * A time without any arrival.
   *
   * @param nanos its length
   * @param ended whether something arrived after it
   */
  public record Silence(long nanos, boolean ended) {}
}
