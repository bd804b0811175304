package org.ftrun.eventlog;

import static org.ftrun.eventlog.EventLogLayout.SLOT_DESCRIPTOR_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_DETAIL_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_DIGEST_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_FLAGS_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_KIND_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_PAYLOAD_LENGTH_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_RESULT_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_SEQUENCE_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_SITE_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_SYSCALL_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_THREAD_ID_OFFSET;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Flyweight over one slot. Its fields are copied out of the slot and checked when it moves, because
 * the service can change the slot afterwards; the payload stays where it is, and its bytes are to
 * be checked by whoever reads them. One event belongs to one reader and is moved by it: what is to
 * outlive the next move is to be copied.
 */
public final class Event {
  private static final long NOWHERE = -1;

  private final LogMemory memory;
  private EventKind kind = EventKind.INVALID;
  private int flags;
  private int syscall;
  private int threadId;
  private long result;
  private long digest;
  private long payloadPosition;
  private int payloadLength;
  private int descriptor;
  private long site;
  private long detail;
  private long sequence = NOWHERE;

  Event(LogMemory memory) {
    this.memory = memory;
  }

  /**
   * Moves to the event with this sequence number, which must have been published.
   *
   * @throws CorruptEventException if the slot does not hold it, or holds what no writer writes; the
   *     event is not valid then
   */
  void moveTo(long newSequence) {
    sequence = NOWHERE;
    ByteBuffer index = memory.index();
    int slot = memory.layout().slotOffset(newSequence);
    long found = index.getLong(slot + SLOT_SEQUENCE_OFFSET);
    if (found != newSequence || newSequence < 0) {
      throw new CorruptEventException(newSequence, "sequence", found);
    }
    byte code = index.get(slot + SLOT_KIND_OFFSET);
    kind = EventKind.of(code);
    if (kind == EventKind.INVALID) {
      throw new CorruptEventException(newSequence, "kind", code);
    }
    payloadLength = index.getInt(slot + SLOT_PAYLOAD_LENGTH_OFFSET);
    if (payloadLength < 0 || payloadLength > memory.ring().maxLength()) {
      throw new CorruptEventException(newSequence, "payload length", payloadLength);
    }
    payloadPosition = index.getLong(slot + SLOT_PAYLOAD_POSITION_OFFSET);
    if (!memory.ring().holds(payloadPosition, payloadLength)) {
      throw new CorruptEventException(newSequence, "payload position", payloadPosition);
    }
    flags = Byte.toUnsignedInt(index.get(slot + SLOT_FLAGS_OFFSET));
    syscall = Short.toUnsignedInt(index.getShort(slot + SLOT_SYSCALL_OFFSET));
    threadId = index.getInt(slot + SLOT_THREAD_ID_OFFSET);
    result = index.getLong(slot + SLOT_RESULT_OFFSET);
    digest = index.getLong(slot + SLOT_DIGEST_OFFSET);
    descriptor = index.getInt(slot + SLOT_DESCRIPTOR_OFFSET);
    site = index.getLong(slot + SLOT_SITE_OFFSET);
    detail = index.getLong(slot + SLOT_DETAIL_OFFSET);
    sequence = newSequence;
  }

  /** True while this stands on an event that was checked; false before the first move. */
  public boolean valid() {
    return sequence != NOWHERE;
  }

  /** What the event tells; never {@link EventKind#INVALID} while {@link #valid()}. */
  public EventKind kind() {
    return kind;
  }

  /** Flags of the kind, 0 to 255. */
  public int flags() {
    return flags;
  }

  /** The system call's number, 0 to 65535. */
  public int syscall() {
    return syscall;
  }

  /** The thread it happened to. */
  public int threadId() {
    return threadId;
  }

  /** The call's result, kernel convention: a negative errno on failure. */
  public long result() {
    return result;
  }

  /** Digest of the arguments. */
  public long digest() {
    return digest;
  }

  /** The first argument that is a descriptor, or -1. */
  public int descriptor() {
    return descriptor;
  }

  /** Address of the instruction that made the call. */
  public long site() {
    return site;
  }

  /** Free for the kind. */
  public long detail() {
    return detail;
  }

  /** The event's sequence number, 0 for the first of a log; -1 while not {@link #valid()}. */
  public long sequence() {
    return sequence;
  }

  /** Bytes of payload. */
  public int payloadLength() {
    return payloadLength;
  }

  /** Offset of the payload in the file, for a process that maps it. */
  public long payloadOffset() {
    return memory.layout().payloadOffset() + memory.ring().offsetInRing(payloadPosition);
  }

  /** The payload position at which the next event may start. */
  long payloadEnd() {
    return memory.ring().after(payloadPosition, payloadLength);
  }

  /**
   * The payload: position 0, limit {@link #payloadLength()}, native order. A view, not a copy: it
   * holds this event's bytes until the event is consumed. Each call makes a new view object; {@link
   * #copyPayload} makes none.
   */
  public ByteBuffer payload() {
    return memory.payload(payloadPosition, payloadLength);
  }

  /**
   * Copies a part of the payload.
   *
   * @param from first byte of the payload to copy
   * @param target where to; its position and limit stay
   * @param at absolute index in {@code target} of the first byte
   * @param length number of bytes
   * @throws IndexOutOfBoundsException if the part is not inside the payload, or not inside {@code
   *     target}'s limit
   */
  public void copyPayload(int from, ByteBuffer target, int at, int length) {
    Objects.checkFromIndexSize(from, length, payloadLength);
    int offset = memory.ring().offsetInSegment(payloadPosition) + from;
    target.put(at, memory.segment(payloadPosition), offset, length);
  }
}
