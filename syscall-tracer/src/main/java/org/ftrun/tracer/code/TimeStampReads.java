package org.ftrun.tracer.code;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * Finds where code may read the time stamp counter. The bytes of rdtsc (0f 31) and rdtscp (0f 01
 * f9) also stand by chance inside other instructions, in any library of some size; where a function
 * is known to begin, decoding from there tells them apart. What is not proven to be a part of
 * another instruction counts.
 *
 * <p>The proof takes a function to be instructions from its first byte on. Data amid its code may
 * mislead it until decoding meets the instructions again; compilers do not write such data.
 */
public final class TimeStampReads {
  private static final int PIECE = 1 << 16;

  /** Bytes of rdtscp. */
  private static final int LONGEST = 3;

  private final CodeMemory memory;
  private final FunctionTable functions;
  private final Sweep sweep;

  private TimeStampReads(CodeMemory memory, FunctionTable functions) {
    this.memory = memory;
    this.functions = functions;
    sweep = new Sweep(memory);
  }

  /**
   * The places of [start, end) where rdtsc or rdtscp may be executed, ascending; what is not
   * readable has none.
   *
   * @param functions those of the image that is mapped there, or null if it is none
   * @param limit how many to find at most; the search ends with the last of them
   */
  public static List<TraceeAddress> in(
      CodeMemory memory, long start, long end, FunctionTable functions, int limit) {
    TimeStampReads reads = new TimeStampReads(memory, functions);
    List<TraceeAddress> found = new ArrayList<>();
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE + LONGEST - 1);
    for (long at = start; at < end && found.size() < limit; at += PIECE) {
      piece.clear().limit((int) Math.min(piece.capacity(), end - at));
      piece.limit(memory.read(new TraceeAddress(at), piece));
      reads.addFrom(piece, at, found, limit);
    }
    return found;
  }

  private void addFrom(ByteBuffer piece, long address, List<TraceeAddress> found, int limit) {
    for (int i = 0; i < PIECE && i < piece.limit() - 1 && found.size() < limit; i++) {
      if (isRead(piece, i) && !isInsideAnother(address + i)) {
        found.add(new TraceeAddress(address + i));
      }
    }
  }

  private static boolean isRead(ByteBuffer code, int at) {
    if (code.get(at) != 0x0f) {
      return false;
    }
    byte second = code.get(at + 1);
    return second == 0x31
        || second == 0x01 && at + 2 < code.limit() && code.get(at + 2) == (byte) 0xf9;
  }

  private boolean isInsideAnother(long address) {
    if (functions == null) {
      return false;
    }
    FunctionTable.Function function = functions.covering(new TraceeAddress(address));
    return function != null && sweep.isInside(function, address);
  }
}
