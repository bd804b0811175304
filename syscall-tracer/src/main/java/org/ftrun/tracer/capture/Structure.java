package org.ftrun.tracer.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A copy of one structure of a tracee's memory, reused for one after another. */
final class Structure {
  private final ByteBuffer bytes;

  Structure(int capacity) {
    bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Copies {@code length} bytes.
   *
   * @return whether all of them could be read
   */
  boolean load(TraceeReader reader, long address, int length) {
    bytes.clear().limit(length);
    while (bytes.hasRemaining()) {
      if (reader.read(address + bytes.position(), bytes) <= 0) {
        return false;
      }
    }
    return true;
  }

  int getInt(int offset) {
    return bytes.getInt(offset);
  }

  long getLong(int offset) {
    return bytes.getLong(offset);
  }
}
