package org.ftrun.tracer.member;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TraceeMemory;

/** A System V shared memory segment (shmget(2)); no system call writes to it. */
final class SharedSegment extends SharedStore {
  static final int SHM_RDONLY = 010000;

  /** In struct shmid64_ds of asm-generic/shmbuf.h: the number of attachments, a long. */
  static final int ATTACHMENTS = 88;

  /** There, its mode, an int, and its size, a long. */
  private static final int MODE = 20;

  private static final int SIZE = 48;

  /** In the mode: it is destroyed at its last detachment. */
  private static final int SHM_DEST = 01000;

  private static final int SHM_REMAP = 040000;
  private static final int IPC_STAT = 2;
  private static final int STATE_BYTES = 112;
  private static final int NONE = -1;

  private final int id;
  private final long bytes;

  private SharedSegment(int id, long bytes) {
    super("the System V segment " + id);
    this.id = id;
    this.bytes = bytes;
  }

  /**
   * The segment of that number.
   *
   * @return null if there is none, or none for us
   */
  static SharedSegment of(int id) {
    long bytes = state(id, SIZE);
    return bytes == NONE ? null : new SharedSegment(id, bytes);
  }

  int id() {
    return id;
  }

  /** How many times it is attached, in whatever processes. */
  long attachments() {
    return state(id, ATTACHMENTS);
  }

  /** Whether it has been removed, and is there only for as long as it is attached. */
  boolean isRemoved() {
    long mode = state(id, MODE);
    return mode != NONE && (mode & SHM_DEST) != 0;
  }

  private static long state(int id, int offset) {
    NativeMemory state = NativeMemory.allocate(STATE_BYTES);
    long result = Libc.call(SyscallNumber.SHMCTL, id, IPC_STAT, state.address());
    long value = state.buffer().getLong(offset);
    Reference.reachabilityFence(state);
    return result < 0 ? NONE : value;
  }

  @Override
  boolean isSame(SharedStore other) {
    return other instanceof SharedSegment segment && segment.id == id;
  }

  @Override
  long size() {
    return bytes;
  }

  @Override
  byte[] read(long position, int length) {
    byte[] read = new byte[length];
    int present = (int) Math.max(0, Math.min(length, bytes - position));
    long own = attach();
    try {
      ByteBuffer buffer = ByteBuffer.allocateDirect(present);
      check(self().read(new TraceeAddress(own + position), buffer), present);
      buffer.get(0, read, 0, present);
    } finally {
      Libc.call(SyscallNumber.SHMDT, own);
    }
    return read;
  }

  @Override
  void write(long position, byte[] written) {
    long own = attach();
    try {
      ByteBuffer buffer = ByteBuffer.allocateDirect(written.length).put(written).flip();
      check(self().write(new TraceeAddress(own + position), buffer), written.length);
    } finally {
      Libc.call(SyscallNumber.SHMDT, own);
    }
  }

  private static TraceeMemory self() {
    return new TraceeMemory((int) ProcessHandle.current().pid());
  }

  private long attach() {
    long own = Libc.call(SyscallNumber.SHMAT, id, 0, 0);
    if (own < 0 && own > -4096) {
      throw new IllegalStateException(name + " cannot be attached: " + Libc.errorText((int) -own));
    }
    return own;
  }

  private void check(int moved, int wanted) {
    if (moved != wanted) {
      throw new IllegalStateException(name + " cannot be copied");
    }
  }

  @Override
  String mapInto(MemberThread member, SharedFiles.Region region) throws TraceeDiedException {
    long result = member.inject(SyscallNumber.SHMAT, id, region.start(), SHM_REMAP);
    return result == region.start()
        ? null
        : "cannot be attached by the service: " + Libc.errorText((int) -result);
  }

  @Override
  boolean isWritten() {
    return false;
  }

  @Override
  void forgive() {
    // Nothing is noted of it.
  }
}
