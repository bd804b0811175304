package org.ftrun.eventlog;

/** Who reads the event log. Each has a sequence of its own in the log's header. */
public enum Consumer {
  /** The tracer of the replica. */
  REPLICA,
  /** The model of the TCP connections. */
  SHADOW,
  /** Not used yet: counters. */
  STATISTICS,
  /** Not used yet: a journal or a remote link. */
  SPARE;

  static final int COUNT = 4;

  /** Offset in the file of this consumer's sequence. */
  public int sequenceOffset() {
    return EventLogLayout.CONSUMER_SEQUENCES_OFFSET + ordinal() * EventLogLayout.CACHE_LINE_BYTES;
  }

  /** This consumer's bit in the word of active consumers. */
  public long activeBit() {
    return 1L << ordinal();
  }
}
