package org.ftrun.eventlog;

import static org.ftrun.eventlog.EventLogLayout.SLOT_DESCRIPTOR_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_DIGEST_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_FLAGS_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_KIND_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_PAYLOAD_LENGTH_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_RESULT_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_SEQUENCE_OFFSET;
import static org.ftrun.eventlog.EventLogLayout.SLOT_SYSCALL_OFFSET;

/**
 * What the service's own thread, which stands still for ever, has begun to write into the slot
 * behind the last published event. A view of that slot, whichever it is at the moment; it belongs
 * to the writer's thread.
 */
public final class UnpublishedEvent {
  /** How far the event has come. */
  public enum State {
    /** There is none. */
    NONE,
    /** Its call may have been made, but has no result yet. */
    INTENT,
    /** The call's result is in the slot, its outputs are not recorded yet. */
    RESULT,
    /** The event is complete. */
    COMPLETE
  }

  private final EventLogWriter writer;
  private final LogMemory memory;

  UnpublishedEvent(EventLogWriter writer, LogMemory memory) {
    this.writer = writer;
    this.memory = memory;
  }

  /**
   * Takes note of what that thread has published, and looks at what comes next. To be called before
   * anything else is asked.
   *
   * @throws CorruptEventException if what it published cannot be true
   */
  public State state() {
    writer.catchUp();
    int slot = slot();
    if (memory.index().getLong(slot + SLOT_SEQUENCE_OFFSET) != writer.published() + 1) {
      return State.NONE;
    }
    byte kind = memory.index().get(slot + SLOT_KIND_OFFSET);
    if (kind == EventKind.SYSCALL.code()) {
      return State.COMPLETE;
    }
    if (kind == EventLogLayout.RESULT_STORED) {
      return State.RESULT;
    }
    return kind == EventKind.INVALID.code() ? State.INTENT : State.NONE;
  }

  /** The system call, 0 to 65535, where there is an event. */
  public int syscall() {
    return Short.toUnsignedInt(memory.index().getShort(slot() + SLOT_SYSCALL_OFFSET));
  }

  /** Its first descriptor argument or -1. */
  public int descriptor() {
    return memory.index().getInt(slot() + SLOT_DESCRIPTOR_OFFSET);
  }

  /** The digest of the call. */
  public long digest() {
    return memory.index().getLong(slot() + SLOT_DIGEST_OFFSET);
  }

  /** Its flags, 0 to 255. */
  public int flags() {
    return Byte.toUnsignedInt(memory.index().get(slot() + SLOT_FLAGS_OFFSET));
  }

  /** The bytes that its call may have written into its payload, where that is no draft. */
  public int room() {
    return memory.index().getInt(slot() + SLOT_PAYLOAD_LENGTH_OFFSET);
  }

  /**
   * The six arguments of the call.
   *
   * @return a new array
   */
  public long[] arguments() {
    long[] arguments = new long[6];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = memory.index().getLong(EventLogLayout.ARGUMENTS_OFFSET + i * Long.BYTES);
    }
    return arguments;
  }

  /** Of a payload that is a draft: where its pieces are, from its begin; any number. */
  public int draftPieces() {
    return memory.index().getInt(EventLogLayout.DRAFT_PIECES_OFFSET);
  }

  /** Of a payload that is a draft: its bytes; any number. */
  public int draftRoom() {
    return memory.index().getInt(EventLogLayout.DRAFT_ROOM_OFFSET);
  }

  /**
   * Makes the room that the call was given the writer's reservation, so that the event can be
   * published with what stands there. Any earlier reservation is given up.
   *
   * @param bytes as many as the call may have written
   * @return the room's offset in the file, or -1 if no call has been given any
   * @throws CorruptEventException if the room cannot be true
   */
  public long adoptRoom(int bytes) {
    State state = state();
    if (state != State.INTENT && state != State.RESULT) {
      return -1;
    }
    long position = memory.index().getLong(slot() + SLOT_PAYLOAD_POSITION_OFFSET);
    if (!writer.reserveAt(position, bytes)) {
      throw new CorruptEventException(writer.published() + 1, "payload position", position);
    }
    return writer.reservedOffset();
  }

  /** The call's result, where the state is RESULT or COMPLETE. */
  public long result() {
    return memory.index().getLong(slot() + SLOT_RESULT_OFFSET);
  }

  /**
   * Completes and publishes an event that is an INTENT or has a RESULT.
   *
   * @param flags of the kind, 0 to 255
   * @param result of its call
   * @param payloadLength bytes that the call has written into its payload
   * @return its sequence number
   * @throws CorruptEventException if it cannot be true
   */
  public long complete(int flags, long result, int payloadLength) {
    int slot = slot();
    memory.index().put(slot + SLOT_FLAGS_OFFSET, (byte) flags);
    memory.index().putLong(slot + SLOT_RESULT_OFFSET, result);
    memory.index().putInt(slot + SLOT_PAYLOAD_LENGTH_OFFSET, payloadLength);
    memory.index().put(slot + SLOT_KIND_OFFSET, EventKind.SYSCALL.code());
    return publish();
  }

  /**
   * Publishes an event that is COMPLETE.
   *
   * @return its sequence number
   * @throws CorruptEventException if it cannot be true
   */
  public long publish() {
    return writer.publishNextSlot();
  }

  private int slot() {
    return memory.layout().slotOffset(writer.published() + 1);
  }
}
