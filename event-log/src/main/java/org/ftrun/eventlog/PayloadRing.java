package org.ftrun.eventlog;

/**
 * Arithmetic of the payload ring: where a payload may start, and what of it is still in use.
 * Positions are virtual, they only grow.
 */
record PayloadRing(long payloadBytes, long segmentBytes) {
  static final int MIN_SEGMENT_BYTES = 4096;

  PayloadRing {
    EventLogLayout.requirePowerOfTwo(
        "segment bytes",
        segmentBytes,
        MIN_SEGMENT_BYTES,
        Math.min(payloadBytes, EventLogLayout.MAX_SEGMENT_BYTES));
  }

  static long largestSegment(EventLogLayout layout) {
    return Math.min(layout.payloadBytes(), EventLogLayout.MAX_SEGMENT_BYTES);
  }

  /** The largest payload that can be contiguous. */
  int maxLength() {
    return (int) segmentBytes;
  }

  int segments() {
    return (int) (payloadBytes / segmentBytes);
  }

  /** Where a payload of this length starts when everything before {@code head} is taken. */
  long place(long head, int length) {
    int offset = offsetInSegment(head);
    return offset + (long) length <= segmentBytes ? head : head - offset + segmentBytes;
  }

  /** The first position after a payload at which another may start. */
  long after(long position, int length) {
    long end = position + length;
    return (end + EventLogLayout.PAYLOAD_ALIGNMENT - 1) & -EventLogLayout.PAYLOAD_ALIGNMENT;
  }

  /** True if a writer can have put a payload there. */
  boolean holds(long position, int length) {
    return isPosition(position)
        && length >= 0
        && offsetInSegment(position) + (long) length <= segmentBytes;
  }

  boolean isPosition(long position) {
    return position >= 0 && (position & (EventLogLayout.PAYLOAD_ALIGNMENT - 1)) == 0;
  }

  long offsetInRing(long position) {
    return position & (payloadBytes - 1);
  }

  int offsetInSegment(long position) {
    return (int) (position & (segmentBytes - 1));
  }

  int segmentOf(long position) {
    return (int) (offsetInRing(position) / segmentBytes);
  }
}
