package org.ftrun.tracer.libc;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A piece of this process's memory with a fixed address, to pass to the kernel. */
public final class NativeMemory {
  private final ByteBuffer buffer;
  private final long address;

  /** Keeps memory alive that this piece points to. */
  private final List<NativeMemory> referenced = new ArrayList<>();

  private NativeMemory(ByteBuffer buffer) {
    this.buffer = buffer;
    this.address = addressOf(buffer);
  }

  /** Where a direct buffer's memory starts (its index 0). */
  public static long addressOf(ByteBuffer buffer) {
    return com.sun.jna.Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
  }

  /** Zeroed memory of {@code bytes} bytes, native byte order, 8-byte aligned. */
  public static NativeMemory allocate(int bytes) {
    return new NativeMemory(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
  }

  /** The memory behind a direct buffer. */
  public static NativeMemory of(ByteBuffer direct) {
    return new NativeMemory(direct);
  }

  /** A copy of bytes. */
  public static NativeMemory ofBytes(byte[] bytes) {
    NativeMemory memory = allocate(bytes.length);
    memory.buffer.put(0, bytes);
    return memory;
  }

  /** A NUL-terminated string. */
  public static NativeMemory ofString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    NativeMemory memory = allocate(bytes.length + 1);
    memory.buffer.put(0, bytes);
    return memory;
  }

  /** A NULL-terminated array of pointers to NUL-terminated strings. */
  public static NativeMemory ofStrings(String[] texts) {
    NativeMemory array = allocate((texts.length + 1) * Long.BYTES);
    for (int i = 0; i < texts.length; i++) {
      NativeMemory text = ofString(texts[i]);
      array.referenced.add(text);
      array.buffer.putLong(i * Long.BYTES, text.address);
    }
    return array;
  }

  /** Where the memory starts; stable while this object is reachable. */
  public long address() {
    return address;
  }

  /** The memory itself. */
  public ByteBuffer buffer() {
    return buffer;
  }
}
