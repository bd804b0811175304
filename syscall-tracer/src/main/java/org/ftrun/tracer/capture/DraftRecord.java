package org.ftrun.tracer.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A payload that the stub has laid out before a call, for the kernel to receive into: draft.c. From
 * it and the call's result alone the {@link OutputRecord} can be made, as the stub makes it, and as
 * often as need be, whatever has become of the process.
 *
 * <pre>
 *   0        8        12       16       20       24
 *   +--------+--------+--------+--------+--------+
 *   | address| at     | most   | measure| counted|   a piece; the last one has the measure END
 *   +--------+--------+--------+--------+--------+
 * </pre>
 *
 * <p>address: where the service wants the piece; at: where it was received, most: room for it;
 * counted: where the kernel has written how many bytes there are. Both offsets are from the
 * payload's begin. What is read is not trusted.
 */
public final class DraftRecord {
  /** Bytes of a piece. */
  public static final int PIECE_BYTES = 24;

  /** Offset in a piece of where its bytes are. */
  public static final int AT = 8;

  /** Offset in a piece of how many there is room for. */
  public static final int MOST = 12;

  /** Offset in a piece of its measure: which of its bytes count. */
  public static final int MEASURE = 16;

  /** Offset in a piece of where a number stands by which it is measured. */
  public static final int COUNTED_AT = 20;

  /** There are no more pieces. */
  public static final int END = 0;

  /** What is left of the result, or of the message's bytes. */
  public static final int DATA = 1;

  /** All of it. */
  public static final int WHOLE = 2;

  /** As many bytes as the kernel has counted. */
  public static final int COUNTED = 3;

  /** None: the next pieces, as many as there would be room for bytes, are of one message. */
  public static final int MESSAGE = 4;

  private static final int NOT_MOVED = -1;

  private final ByteBuffer payload;
  private final int pieces;

  /**
   * A draft.
   *
   * @param payload all of it, from position 0 to its limit
   * @param pieces where its pieces are
   */
  public DraftRecord(ByteBuffer payload, int pieces) {
    this.payload = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.pieces = pieces;
  }

  /**
   * Makes the record at the payload's begin; its bytes are the event's payload.
   *
   * @param result of the call: bytes, or messages
   * @return the record's length in bytes, 0 if the call has failed
   * @throws MalformedDraftException if the draft does not hold together
   */
  public int make(long result) {
    if (result < 0) {
      return 0;
    }
    int to = 0;
    long left = result;
    long messages = result;
    for (int piece = pieces; measure(piece) != END; piece += PIECE_BYTES) {
      long length = Integer.toUnsignedLong(payload.getInt(piece + MOST));
      switch (measure(piece)) {
        case MESSAGE -> {
          left = counted(piece);
          piece += messages-- > 0 ? 0 : skipped(piece, length);
          length = 0;
        }
        case DATA -> {
          length = Math.min(length, left);
          left -= length;
        }
        case COUNTED -> length = Math.min(length, counted(piece));
        default -> {}
      }
      if (length > 0) {
        to = append(to, piece, length);
      }
    }
    return to;
  }

  private int append(int to, int piece, long length) {
    int at = payload.getInt(piece + AT);
    int bytes = to + OutputRecord.HEADER_LENGTH;
    int end = (int) (bytes + length + OutputRecord.ALIGNMENT - 1) & -OutputRecord.ALIGNMENT;
    // The pieces are to outlast it, and what was received as well.
    if (at < bytes || length > payload.limit() - at || end > pieces || end < bytes) {
      throw new MalformedDraftException("a piece of " + length + " bytes at " + at);
    }
    payload.putLong(to + OutputRecord.ADDRESS_OFFSET, payload.getLong(piece));
    payload.putInt(to + OutputRecord.LENGTH_OFFSET, (int) length);
    payload.putInt(to + OutputRecord.RESERVED_OFFSET, 0);
    if (at != bytes) {
      payload.put(bytes, payload, at, (int) length);
    }
    for (int i = bytes + (int) length; i < end; i++) {
      payload.put(i, (byte) 0);
    }
    return end;
  }

  private int measure(int piece) {
    if (piece < 0 || piece > payload.limit() - PIECE_BYTES) {
      throw new MalformedDraftException("a piece at " + piece + " of " + payload.limit());
    }
    return payload.getInt(piece + MEASURE);
  }

  private long counted(int piece) {
    int at = payload.getInt(piece + COUNTED_AT);
    if (at < 0 || at > payload.limit() - Integer.BYTES) {
      throw new MalformedDraftException("a number at " + at + " of " + payload.limit());
    }
    return Integer.toUnsignedLong(payload.getInt(at));
  }

  private int skipped(int piece, long count) {
    if (count > (payload.limit() - piece) / PIECE_BYTES) {
      throw new MalformedDraftException("a message of " + count + " pieces");
    }
    return (int) count * PIECE_BYTES;
  }

  /**
   * The most bytes of data that the call can have received.
   *
   * @throws MalformedDraftException if the draft does not hold together
   */
  public long mostData() {
    long most = 0;
    for (int piece = pieces; measure(piece) != END; piece += PIECE_BYTES) {
      if (measure(piece) == DATA) {
        most += Integer.toUnsignedLong(payload.getInt(piece + MOST));
      }
    }
    return most;
  }

  /**
   * How many messages the kernel has received, of a call that counts them: it tells of each one how
   * long it was.
   *
   * @throws MalformedDraftException if the draft does not hold together
   */
  public int messages() {
    int received = 0;
    for (int piece = pieces; measure(piece) == MESSAGE; piece += PIECE_BYTES) {
      if ((int) counted(piece) == NOT_MOVED) {
        break;
      }
      received++;
      piece += skipped(piece, Integer.toUnsignedLong(payload.getInt(piece + MOST)));
    }
    return received;
  }

  /** A draft that the stub cannot have made. */
  public static final class MalformedDraftException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedDraftException(String what) {
      super("malformed draft: " + what);
    }
  }
}
