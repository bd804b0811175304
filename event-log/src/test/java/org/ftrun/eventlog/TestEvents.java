package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;

/** Events whose every field and byte follows from the sequence number, so that readers can tell. */
final class TestEvents {
  private static final EventKind[] KINDS = EventKind.values();

  private TestEvents() {}

  /** Publishes the next event, which must be the one with this sequence number. */
  static void publish(EventLogWriter writer, long sequence, int length) {
    ByteBuffer payload = writer.reservedPayload();
    for (int i = 0; i < length; i++) {
      payload.put((byte) (mix(sequence) + i));
    }
    long mixed = mix(sequence);
    long published =
        writer.publish(
            kind(sequence),
            (int) mixed & 0xff,
            (int) (mixed >>> 8) & 0xffff,
            (int) (mixed >>> 16),
            mixed,
            mix(mixed),
            (int) (mixed >>> 32),
            ~mixed,
            -mixed,
            length);
    if (published != sequence) {
      throw new AssertionError("published " + published + ", not " + sequence);
    }
  }

  /** Checks every field and byte; without AssertJ, for it is called millions of times. */
  static void check(Event event, long sequence, int length) {
    long mixed = mix(sequence);
    boolean same =
        event.valid()
            && event.sequence() == sequence
            && event.kind() == kind(sequence)
            && event.flags() == ((int) mixed & 0xff)
            && event.syscall() == ((int) (mixed >>> 8) & 0xffff)
            && event.threadId() == (int) (mixed >>> 16)
            && event.result() == mixed
            && event.digest() == mix(mixed)
            && event.descriptor() == (int) (mixed >>> 32)
            && event.site() == ~mixed
            && event.detail() == -mixed
            && event.payloadLength() == length;
    if (!same) {
      throw new AssertionError("event " + sequence + " has a wrong field");
    }
    ByteBuffer payload = event.payload();
    assertThat(payload.remaining()).isEqualTo(length);
    for (int i = 0; i < length; i++) {
      if (payload.get(i) != (byte) (mixed + i)) {
        throw new AssertionError("event " + sequence + " has a wrong byte at " + i);
      }
    }
  }

  static EventKind kind(long sequence) {
    return KINDS[1 + (int) Long.remainderUnsigned(sequence, KINDS.length - 1)];
  }

  /** A payload length up to a limit, which follows from the sequence number; often 0. */
  static int length(long sequence, int limit) {
    long mixed = mix(sequence + 7);
    return (mixed & 3) == 0 ? 0 : (int) Long.remainderUnsigned(mixed >>> 2, limit + 1L);
  }

  /** The finaliser of MurmurHash3: each bit of the result depends on each bit of the value. */
  static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
