package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Gives a stopped newborn its own copy of memory that it shares with the primary. The copy is made
 * elsewhere, piece by piece, and then moved over the original, so that it is one mapping of one
 * object as before.
 */
final class Unsharing {
  /** Bytes; more is refused: all of it is copied while the primary stands still. */
  static final long LARGEST = 1L << 31;

  private static final int READ = 1;
  private static final int READ_WRITE = 3;
  private static final int MAP_SHARED_ANONYMOUS = 0x1 | 0x20;
  private static final int MREMAP_MAYMOVE_FIXED = 1 | 2;
  private static final int PIECE = 1 << 20;

  private final MemberThread member;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.nativeOrder());
  private long total;
  private final ByteBuffer zeros = ByteBuffer.allocate(PIECE).order(ByteOrder.nativeOrder());

  Unsharing(MemberThread member) {
    this.member = member;
  }

  /**
   * Replaces a mapping by a copy; the service's registers are to be written afterwards.
   *
   * @throws IllegalStateException if it and those before it are too large, or the kernel refuses
   */
  void makeOwn(MappingsOf.Mapping mapping) throws TraceeDiedException {
    long length = mapping.bytes();
    total += length;
    if (total > LARGEST) {
      throw new IllegalStateException("the service shares " + total + " bytes of memory");
    }
    if (mapping.permissions().charAt(0) != 'r') {
      check(member.inject(SyscallNumber.MPROTECT, mapping.start(), length, READ), 0);
    }
    long copy =
        member.inject(SyscallNumber.MMAP, 0, length, READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0);
    if (copy < 0) {
      throw refused(copy);
    }
    copy(mapping.start(), copy, length);
    int protection = mapping.protection();
    if (protection != READ_WRITE) {
      check(member.inject(SyscallNumber.MPROTECT, copy, length, protection), 0);
    }
    long start = mapping.start();
    check(
        member.inject(SyscallNumber.MREMAP, copy, length, length, MREMAP_MAYMOVE_FIXED, start),
        start);
  }

  private void copy(long from, long to, long length) throws TraceeDiedException {
    for (long done = 0; done < length; done += PIECE) {
      piece.clear().limit((int) Math.min(PIECE, length - done));
      zeros.clear().limit(piece.limit());
      if (member.tracee.memory().read(new TraceeAddress(from + done), piece) != piece.limit()) {
        throw TraceeDiedException.INSTANCE;
      }
      if (piece.mismatch(zeros) >= 0
          && member.tracee.memory().write(new TraceeAddress(to + done), piece) != piece.limit()) {
        throw TraceeDiedException.INSTANCE;
      }
    }
  }

  private static void check(long result, long expected) {
    if (result != expected) {
      throw refused(result);
    }
  }

  private static IllegalStateException refused(long result) {
    return new IllegalStateException("shared memory cannot be mapped anew: errno " + -result);
  }
}
