package org.ftrun.eventlog;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/** The mapped file: one buffer for header and slots, one for each segment of the payload ring. */
final class LogMemory {
  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final EventLogLayout layout;
  private final PayloadRing ring;
  private final ByteBuffer index;
  private final ByteBuffer[] segments;

  private LogMemory(EventLogLayout layout, PayloadRing ring, FileChannel channel)
      throws IOException {
    this.layout = layout;
    this.ring = ring;
    this.index =
        channel.map(MapMode.READ_WRITE, 0, layout.payloadOffset()).order(ByteOrder.LITTLE_ENDIAN);
    this.segments = new ByteBuffer[ring.segments()];
    for (int i = 0; i < segments.length; i++) {
      long offset = layout.payloadOffset() + i * ring.segmentBytes();
      segments[i] = channel.map(MapMode.READ_WRITE, offset, ring.segmentBytes());
    }
  }

  static LogMemory map(FileChannel channel, EventLogLayout layout, PayloadRing ring)
      throws IOException {
    return new LogMemory(layout, ring, channel);
  }

  EventLogLayout layout() {
    return layout;
  }

  PayloadRing ring() {
    return ring;
  }

  /** Header and slots, for plain access at absolute offsets. */
  ByteBuffer index() {
    return index;
  }

  /** The segment that holds a payload position; for absolute access only. */
  ByteBuffer segment(long position) {
    return segments[ring.segmentOf(position)];
  }

  /** A new view of one payload: position 0, limit {@code length}. */
  ByteBuffer payload(long position, int length) {
    return segment(position)
        .slice(ring.offsetInSegment(position), length)
        .order(ByteOrder.nativeOrder());
  }

  long getAcquire(int offset) {
    return (long) WORD.getAcquire(index, offset);
  }

  void setRelease(int offset, long value) {
    WORD.setRelease(index, offset, value);
  }

  void setVolatile(int offset, long value) {
    WORD.setVolatile(index, offset, value);
  }

  boolean compareAndSet(int offset, long expected, long value) {
    return WORD.compareAndSet(index, offset, expected, value);
  }

  long getAndAdd(int offset, long delta) {
    return (long) WORD.getAndAdd(index, offset, delta);
  }

  void setBits(int offset, long bits) {
    WORD.getAndBitwiseOr(index, offset, bits);
  }

  void clearBits(int offset, long bits) {
    WORD.getAndBitwiseAnd(index, offset, ~bits);
  }
}
