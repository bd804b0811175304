package org.ftrun.tracer.member;

/**
 * The arguments of the latest calls that the primary published, by sequence number. Written by the
 * primary's tracer, read by the replica's for a divergence report: the publication of the event
 * orders the two.
 */
public final class ArgumentHistory {
  private final long[] sequences;
  private final long[] arguments;

  /**
   * Creates a history.
   *
   * @param size number of calls it keeps, a power of two
   * @throws IllegalArgumentException if it is none
   */
  public ArgumentHistory(int size) {
    if (Integer.bitCount(size) != 1 || size < 0) {
      throw new IllegalArgumentException(size + " is not a power of two");
    }
    sequences = new long[size];
    arguments = new long[size * 6];
    java.util.Arrays.fill(sequences, -1);
  }

  void record(long sequence, long[] values) {
    int slot = (int) (sequence & sequences.length - 1);
    sequences[slot] = sequence;
    System.arraycopy(values, 0, arguments, slot * 6, 6);
  }

  /** The six arguments of an event's call, or null if they are no longer kept. */
  long[] of(long sequence) {
    int slot = (int) (sequence & sequences.length - 1);
    if (sequences[slot] != sequence) {
      return null;
    }
    long[] values = new long[6];
    System.arraycopy(arguments, slot * 6, values, 0, 6);
    return values;
  }
}
