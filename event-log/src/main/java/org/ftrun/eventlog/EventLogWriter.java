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
import java.util.concurrent.locks.LockSupport;

/**
 * The one writer of a log. Belongs to the thread that uses it first; only {@link #activate} and
 * {@link #deactivate} may be called by others. An event is written in two steps: reserve room for
 * the largest payload it can have, fill in the payload, publish. Nothing here waits, except {@link
 * #reserve}.
 *
 * <p>The positions are this object's own, the shared memory is only told. A service that scribbles
 * on it can make the log look full, or a consumer look further than it is, which harms the events
 * it could have scribbled on as well; it cannot make the writer write outside of the ring.
 */
public final class EventLogWriter {
  private static final int NOTHING_RESERVED = -1;
  private static final long EMPTY_SLOT = -1;
  private static final int SPINS = 200;
  private static final int YIELDS = 200;
  private static final long PARK_NANOS = 20_000;

  private final LogMemory memory;
  private final PayloadRing ring;
  private final SharedCursorSequencer sequencer;
  private final EventLog log;

  private Thread owner;
  private volatile boolean retired;

  /** The position at which the next payload may start, if no padding is needed. */
  private long head;

  /** A lower bound of where the oldest payload in use starts. */
  private long tail;

  private long reservedPosition;
  private int reservedBytes = NOTHING_RESERVED;

  EventLogWriter(EventLog log, LogMemory memory, SharedCursorSequencer sequencer, long head) {
    this.log = log;
    this.memory = memory;
    this.ring = memory.ring();
    this.sequencer = sequencer;
    this.head = head;
    this.tail = Math.max(0, head - ring.payloadBytes());
  }

  /**
   * Reserves a slot and room for a payload. Replaces a reservation that was not published; if it
   * fails, nothing is reserved. Does not wait.
   *
   * @param maxPayloadBytes the largest payload the event can have, from 0 to {@link
   *     #maxPayloadBytes()}
   * @return false if the slots or the payload ring are full with what the slowest active consumer
   *     has not consumed
   * @throws IllegalArgumentException if the payload is negative or larger than can ever be reserved
   * @throws IllegalStateException if called by a second thread, or after another writer was made
   */
  public boolean tryReserve(int maxPayloadBytes) {
    checkOwner();
    if (maxPayloadBytes < 0 || maxPayloadBytes > ring.maxLength()) {
      throw new IllegalArgumentException(
          "payload of " + maxPayloadBytes + " bytes; the largest is " + ring.maxLength());
    }
    reservedBytes = NOTHING_RESERVED;
    if (!sequencer.hasAvailableCapacity(1)) {
      return false;
    }
    long start = ring.place(head, maxPayloadBytes);
    if (start + maxPayloadBytes - tail > ring.payloadBytes()
        && !advanceTail(start, maxPayloadBytes)) {
      return false;
    }
    reservedPosition = start;
    reservedBytes = maxPayloadBytes;
    return true;
  }

  /**
   * Reserves as {@link #tryReserve} does, and waits for room up to a limit: spinning, then
   * yielding, then parked for short times.
   *
   * @param limitNanos how long to wait at most, in nanoseconds
   * @return false if there was no room until the limit
   */
  public boolean reserve(int maxPayloadBytes, long limitNanos) {
    if (tryReserve(maxPayloadBytes)) {
      return true;
    }
    long start = System.nanoTime();
    for (int attempt = 0; System.nanoTime() - start < limitNanos; attempt++) {
      if (attempt < SPINS) {
        Thread.onSpinWait();
      } else if (attempt < SPINS + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(PARK_NANOS);
      }
      if (tryReserve(maxPayloadBytes)) {
        return true;
      }
    }
    return false;
  }

  /** Offset in the file of the reserved payload, for a process that maps the file. */
  public long reservedOffset() {
    checkReserved();
    return memory.layout().payloadOffset() + ring.offsetInRing(reservedPosition);
  }

  /**
   * The reserved payload, to be filled in: position 0, limit as reserved, native order. Each call
   * makes a new view object; {@link #write} makes none.
   */
  public ByteBuffer reservedPayload() {
    checkReserved();
    return memory.payload(reservedPosition, reservedBytes);
  }

  /**
   * Fills in a part of the reserved payload.
   *
   * @param at first byte of the payload to write
   * @param source where from; its position and limit stay
   * @param from absolute index in {@code source} of the first byte
   * @param length number of bytes
   * @throws IndexOutOfBoundsException if the part is not inside the reservation, or not inside
   *     {@code source}'s limit
   */
  public void write(int at, ByteBuffer source, int from, int length) {
    checkReserved();
    Objects.checkFromIndexSize(at, length, reservedBytes);
    int offset = ring.offsetInSegment(reservedPosition) + at;
    memory.segment(reservedPosition).put(offset, source, from, length);
  }

  /**
   * Publishes the event that was reserved; from now on the consumers see it.
   *
   * @param kind what it tells, not {@link EventKind#INVALID}
   * @param flags of the kind, 0 to 255
   * @param syscall number of the system call, 0 to 65535
   * @param threadId the thread it happened to
   * @param result kernel convention: a negative errno on failure
   * @param digest of the arguments
   * @param descriptor the first argument that is a descriptor, or -1
   * @param site address of the instruction that made the call
   * @param detail free for the kind
   * @param payloadLength bytes of payload, at most as many as were reserved
   * @return the event's sequence number
   * @throws IllegalStateException if nothing is reserved or another thread owns the writer
   * @throws IllegalArgumentException if a value does not fit; the reservation stays
   */
  public long publish(
      EventKind kind,
      int flags,
      int syscall,
      int threadId,
      long result,
      long digest,
      int descriptor,
      long site,
      long detail,
      int payloadLength) {
    checkOwner();
    checkReserved();
    checkValues(kind, flags, syscall, payloadLength);
    long sequence = sequencer.getCursor() + 1;
    ByteBuffer index = memory.index();
    int slot = memory.layout().slotOffset(sequence);
    index.put(slot + SLOT_KIND_OFFSET, kind.code());
    index.put(slot + SLOT_FLAGS_OFFSET, (byte) flags);
    index.putShort(slot + SLOT_SYSCALL_OFFSET, (short) syscall);
    index.putInt(slot + SLOT_THREAD_ID_OFFSET, threadId);
    index.putLong(slot + SLOT_RESULT_OFFSET, result);
    index.putLong(slot + SLOT_DIGEST_OFFSET, digest);
    index.putLong(slot + SLOT_PAYLOAD_POSITION_OFFSET, reservedPosition);
    index.putInt(slot + SLOT_PAYLOAD_LENGTH_OFFSET, payloadLength);
    index.putInt(slot + SLOT_DESCRIPTOR_OFFSET, descriptor);
    index.putLong(slot + SLOT_SITE_OFFSET, site);
    index.putLong(slot + SLOT_DETAIL_OFFSET, detail);
    index.putLong(slot + SLOT_SEQUENCE_OFFSET, sequence);
    head = ring.after(reservedPosition, payloadLength);
    reservedBytes = NOTHING_RESERVED;
    publish(sequence, payloadLength);
    return sequence;
  }

  /**
   * Takes note of what the service's own thread has published into the log since this writer did.
   * That thread must stand still.
   *
   * @throws CorruptEventException if what it wrote cannot be true; nothing is reserved then
   */
  public void catchUp() {
    checkOwner();
    follow();
  }

  /** A cursor that has gone back is not believed: the next event corrects it. */
  void follow() {
    long cursor = log.cursor().get();
    if (cursor <= sequencer.getCursor()) {
      return;
    }
    reservedBytes = NOTHING_RESERVED;
    Event last = new Event(memory);
    last.moveTo(cursor);
    head = last.payloadEnd();
    tail = Math.max(tail, head - ring.payloadBytes());
    sequencer.resumeAt(cursor);
  }

  /**
   * Empties the next slot, in which there may be the intent of a call that was never recorded: the
   * log was not written to meanwhile, so that it would look like one that has just been made. The
   * service's own threads must stand outside of the fast path.
   */
  public void emptyNextSlot() {
    checkOwner();
    reservedBytes = NOTHING_RESERVED;
    int slot = memory.layout().slotOffset(sequencer.getCursor() + 1);
    memory.index().putLong(slot + SLOT_SEQUENCE_OFFSET, EMPTY_SLOT);
  }

  /** What the service's own thread, which stands still for ever, left in the next slot. */
  public UnpublishedEvent unpublished() {
    return new UnpublishedEvent(this, memory);
  }

  /**
   * Publishes what stands in the next slot.
   *
   * @throws CorruptEventException if it cannot be true
   */
  long publishNextSlot() {
    checkOwner();
    long next = sequencer.getCursor() + 1;
    Event event = new Event(memory);
    event.moveTo(next);
    head = event.payloadEnd();
    reservedBytes = NOTHING_RESERVED;
    publish(next, event.payloadLength());
    return next;
  }

  private void publish(long sequence, int payloadLength) {
    ByteBuffer index = memory.index();
    long sum = index.getLong(EventLogLayout.PAYLOAD_SUM_OFFSET) + payloadLength;
    index.putLong(EventLogLayout.PAYLOAD_SUM_OFFSET, sum);
    sequencer.claim(sequence);
    sequencer.publish(sequence);
  }

  /** The largest payload an event can have, in bytes. */
  public int maxPayloadBytes() {
    return ring.maxLength();
  }

  /** Sequence number of the last event published, -1 before the first. */
  public long published() {
    return sequencer.getCursor();
  }

  /**
   * Lets a consumer gate this writer, from the events on that are published after this call. A
   * reader or processor for it is to be made afterwards. Any thread may call it.
   *
   * @throws IllegalStateException if the consumer is active
   */
  public void activate(Consumer consumer) {
    log.activate(consumer);
  }

  /**
   * Lets a consumer gate this writer no longer; what it has not consumed may be overwritten. Any
   * thread may call it. Does nothing if the consumer is not active.
   */
  public void deactivate(Consumer consumer) {
    log.deactivate(consumer);
  }

  /** The position at which the next writer goes on; ends this one. */
  long retire() {
    retired = true;
    return head;
  }

  /** Reserves room that the service's own thread has found free. */
  boolean reserveAt(long position, int bytes) {
    checkOwner();
    reservedBytes = NOTHING_RESERVED;
    if (!ring.holds(position, bytes) || position < head) {
      return false;
    }
    reservedPosition = position;
    reservedBytes = bytes;
    return true;
  }

  private boolean advanceTail(long start, int length) {
    long consumed = sequencer.getMinimumSequence();
    if (consumed == sequencer.getCursor()) {
      // Nothing is in use, not even the rest of the segment that is skipped as padding.
      tail = head;
      return true;
    }
    int slot = memory.layout().slotOffset(consumed + 1);
    long oldest = memory.index().getLong(slot + SLOT_PAYLOAD_POSITION_OFFSET);
    if (oldest > tail && oldest <= head) {
      tail = oldest;
    }
    return start + length - tail <= ring.payloadBytes();
  }

  private void checkValues(EventKind kind, int flags, int syscall, int payloadLength) {
    if (kind == EventKind.INVALID) {
      throw new IllegalArgumentException("kind INVALID cannot be published");
    }
    if ((flags & ~0xff) != 0) {
      throw new IllegalArgumentException("flags must be from 0 to 255, not " + flags);
    }
    if ((syscall & ~0xffff) != 0) {
      throw new IllegalArgumentException("syscall must be from 0 to 65535, not " + syscall);
    }
    if (payloadLength < 0 || payloadLength > reservedBytes) {
      throw new IllegalArgumentException(
          "payload of " + payloadLength + " bytes where " + reservedBytes + " are reserved");
    }
  }

  private void checkReserved() {
    if (reservedBytes == NOTHING_RESERVED) {
      throw new IllegalStateException("nothing is reserved");
    }
  }

  private void checkOwner() {
    if (owner != Thread.currentThread()) {
      if (owner != null) {
        throw new IllegalStateException(
            "the writer belongs to " + owner + ", not to " + Thread.currentThread());
      }
      owner = Thread.currentThread();
    }
    if (retired) {
      throw new IllegalStateException("another writer was made for this log");
    }
  }
}
