package org.ftrun.tracer.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The payload of an event whose call wrote memory: the regions with their bytes, one after another.
 *
 * <pre>
 *   0        8        12       16
 *   +--------+--------+--------+---------------------+
 *   | address| length | zero   | bytes, padded to 8  |   little-endian
 *   +--------+--------+--------+---------------------+
 * </pre>
 *
 * <p>What is read is not trusted: the server can scribble on the log, even while it is being read.
 * Each header is therefore read once and checked; a record that does not hold together yields a
 * {@link Defect}, never an exception. A reader allocates nothing.
 */
public final class OutputRecord {
  /** Bytes before the content of each region. */
  public static final int HEADER_LENGTH = 16;

  static final int ADDRESS_OFFSET = 0;
  static final int LENGTH_OFFSET = 8;
  static final int RESERVED_OFFSET = 12;
  static final int ALIGNMENT = 8;

  /** The first address beyond what user space can have with 4-level page tables. */
  static final long ADDRESS_LIMIT = 1L << 47;

  /** What can be wrong with a record. */
  public enum Defect {
    /** Nothing. */
    NONE,
    /** Fewer bytes are left than a header has. */
    HEADER_CUT_OFF,
    /** The length is zero, negative, or larger than what is left. */
    BAD_LENGTH,
    /** The reserved field is not zero. */
    RESERVED_NOT_ZERO,
    /** The region is not within user space. */
    BAD_ADDRESS
  }

  private ByteBuffer payload = ByteBuffer.allocate(0);
  private int position;
  private int end;
  private long address;
  private int length;
  private Defect defect = Defect.NONE;

  /** The bytes a record of these regions takes. */
  public static long encodedLength(OutputRegions regions) {
    long total = 0;
    for (int i = 0; i < regions.count(); i++) {
      total += HEADER_LENGTH + padded(regions.length(i));
    }
    return total;
  }

  private static long padded(int length) {
    return ((long) length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * Reads the regions from the tracee and appends them at the target's position, which advances. A
   * region that cannot be read is left out, one that can be read in part is cut: the kernel cannot
   * have written there.
   *
   * @param target with at least {@link #encodedLength} bytes remaining
   * @return the bytes appended
   * @throws IllegalArgumentException if the target is too small
   */
  public static int write(OutputRegions regions, TraceeReader reader, ByteBuffer target) {
    if (encodedLength(regions) > target.remaining()) {
      throw new IllegalArgumentException(
          "a record of " + encodedLength(regions) + " bytes does not fit " + target.remaining());
    }
    target.order(ByteOrder.LITTLE_ENDIAN);
    int start = target.position();
    for (int i = 0; i < regions.count(); i++) {
      append(regions.address(i), regions.length(i), reader, target);
    }
    return target.position() - start;
  }

  private static void append(long address, int length, TraceeReader reader, ByteBuffer target) {
    int header = target.position();
    int limit = target.limit();
    target.position(header + HEADER_LENGTH).limit(header + HEADER_LENGTH + length);
    int read = fill(address, reader, target);
    target.limit(limit);
    if (read == 0) {
      target.position(header);
      return;
    }
    target.putLong(header + ADDRESS_OFFSET, address);
    target.putInt(header + LENGTH_OFFSET, read);
    target.putInt(header + RESERVED_OFFSET, 0);
    while ((target.position() - header) % ALIGNMENT != 0) {
      target.put((byte) 0);
    }
  }

  private static int fill(long address, TraceeReader reader, ByteBuffer target) {
    int start = target.position();
    while (target.hasRemaining()) {
      int read = reader.read(address + target.position() - start, target);
      if (read <= 0) {
        break;
      }
    }
    return target.position() - start;
  }

  /**
   * Starts reading a record.
   *
   * @param source the payload, from its position to its limit; its position is left alone
   * @return this
   */
  public OutputRecord wrap(ByteBuffer source) {
    payload = source;
    payload.order(ByteOrder.LITTLE_ENDIAN);
    position = source.position();
    end = source.limit();
    defect = Defect.NONE;
    return this;
  }

  /**
   * Goes on to the next region.
   *
   * @return false at the end, or where the record is defective: see {@link #defect}
   */
  public boolean next() {
    if (defect != Defect.NONE || position == end) {
      return false;
    }
    if (end - position < HEADER_LENGTH) {
      return fail(Defect.HEADER_CUT_OFF);
    }
    address = payload.getLong(position + ADDRESS_OFFSET);
    length = payload.getInt(position + LENGTH_OFFSET);
    int reserved = payload.getInt(position + RESERVED_OFFSET);
    if (length <= 0 || padded(length) > end - position - HEADER_LENGTH) {
      return fail(Defect.BAD_LENGTH);
    }
    if (reserved != 0) {
      return fail(Defect.RESERVED_NOT_ZERO);
    }
    if (address <= 0 || address > ADDRESS_LIMIT - length) {
      return fail(Defect.BAD_ADDRESS);
    }
    position += HEADER_LENGTH + (int) padded(length);
    return true;
  }

  private boolean fail(Defect what) {
    defect = what;
    return false;
  }

  /** What is wrong with the record as far as it was read. */
  public Defect defect() {
    return defect;
  }

  /** Where the current region belongs. */
  public long address() {
    return address;
  }

  /** The length of the current region in bytes, at least 1. */
  public int length() {
    return length;
  }

  /** Where the current region's bytes start in the wrapped buffer (absolute index). */
  public int offset() {
    return position - (int) padded(length);
  }
}
