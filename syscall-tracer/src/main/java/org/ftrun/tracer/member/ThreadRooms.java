package org.ftrun.tracer.member;

import java.util.ArrayDeque;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * The rooms of a process's threads beyond the first. They are mapped many at a time, wherever the
 * kernel puts them in the primary, and at the same address in the replica; a room is used again
 * once its thread has ended. Belongs to the model: both members take and give back at the same
 * events, and so agree on every thread's room.
 */
final class ThreadRooms {
  /** Rooms that are mapped at a time. */
  static final int CHUNK_ROOMS = 16;

  /** Bytes of a chunk. */
  static final long CHUNK_BYTES = (long) CHUNK_ROOMS * ThreadRoom.BYTES;

  private final ArrayDeque<ThreadRoom> free = new ArrayDeque<>();

  /** Whether a chunk has to be mapped before a room can be taken. */
  boolean isEmpty() {
    return free.isEmpty();
  }

  /** A chunk has been mapped. */
  void addChunk(long start) {
    for (int i = 0; i < CHUNK_ROOMS; i++) {
      free.add(new ThreadRoom(new TraceeAddress(start + (long) i * ThreadRoom.BYTES)));
    }
  }

  /** The room that the next thread gets. */
  ThreadRoom next() {
    return free.element();
  }

  /** A thread has got {@link #next}. */
  void take() {
    free.remove();
  }

  /** The thread of this room has ended. */
  void giveBack(ThreadRoom room) {
    free.addFirst(room);
  }

  ThreadRooms copy() {
    ThreadRooms copy = new ThreadRooms();
    copy.free.addAll(free);
    return copy;
  }
}
