package org.ftrun.tracer.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A piece of memory at an address; what is outside of it cannot be read. */
final class FakeMemory implements TraceeReader {
  private final ByteBuffer bytes;
  private final long base;

  FakeMemory(long base, int size) {
    this(base, ByteBuffer.allocate(size));
  }

  FakeMemory(long base, ByteBuffer bytes) {
    this.base = base;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  long base() {
    return base;
  }

  int size() {
    return bytes.capacity();
  }

  @Override
  public int read(long address, ByteBuffer target) {
    long offset = address - base;
    if (offset < 0 || offset >= bytes.capacity()) {
      return -14;
    }
    int length = (int) Math.min(target.remaining(), bytes.capacity() - offset);
    for (int i = 0; i < length; i++) {
      target.put(bytes.get((int) offset + i));
    }
    return length;
  }

  FakeMemory putInt(long address, int value) {
    bytes.putInt((int) (address - base), value);
    return this;
  }

  FakeMemory putLong(long address, long value) {
    bytes.putLong((int) (address - base), value);
    return this;
  }

  FakeMemory putByte(long address, int value) {
    bytes.put((int) (address - base), (byte) value);
    return this;
  }

  byte getByte(long address) {
    return bytes.get((int) (address - base));
  }

  long getLong(long address) {
    return bytes.getLong((int) (address - base));
  }

  int getInt(long address) {
    return bytes.getInt((int) (address - base));
  }
}
