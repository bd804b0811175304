package org.ftrun.tracer.patch;

import java.util.Arrays;

/**
 * Looks for jumps to addresses, without knowing where instructions begin: whatever could be the
 * displacement of a jump or call that leads there counts. So it may find a jump that is none, but
 * misses no direct one.
 */
public final class JumpSearch {
  private static final int SHORT_BYTES = 2;
  private static final int WIDE_BYTES = Integer.BYTES;
  private static final byte CALL = (byte) 0xe8;
  private static final byte JUMP = (byte) 0xe9;
  private static final byte TWO_BYTE_OPCODE = 0x0f;

  private JumpSearch() {}

  /**
   * Whether bytes of code may jump to an address.
   *
   * @param code some bytes of code
   * @param length how many of them count
   * @param start the address of the first
   * @param targets the addresses, any one of which counts
   */
  public static boolean mayJump(byte[] code, int length, long start, long... targets) {
    long[] sorted = targets.clone();
    Arrays.sort(sorted);
    return hasShort(code, length, start, sorted) || hasWide(code, length, start, sorted);
  }

  /** Jumps with a displacement of one byte: only what is near the targets needs to be looked at. */
  private static boolean hasShort(byte[] code, int length, long start, long[] sorted) {
    long from = sorted[0] - start - SHORT_BYTES - Byte.MAX_VALUE;
    long to = sorted[sorted.length - 1] - start - SHORT_BYTES - Byte.MIN_VALUE;
    for (int i = (int) Math.max(0, from); i < length - 1 && i <= to; i++) {
      int opcode = code[i] & 0xff;
      boolean isShort = opcode >= 0x70 && opcode < 0x80 || opcode == 0xeb || opcode >> 2 == 0x38;
      if (isShort && isIn(sorted, start + i + SHORT_BYTES + code[i + 1])) {
        return true;
      }
    }
    return false;
  }

  /** Jumps and calls with a displacement of four bytes: they may be anywhere. */
  private static boolean hasWide(byte[] code, int length, long start, long[] sorted) {
    for (int i = 0; i < length - WIDE_BYTES; i++) {
      int wide = 0;
      if (code[i] == CALL || code[i] == JUMP) {
        wide = i + 1;
      } else if (code[i] == TWO_BYTE_OPCODE && (code[i + 1] & 0xf0) == 0x80) {
        wide = i + 2;
      }
      if (wide > 0
          && wide + WIDE_BYTES <= length
          && isIn(sorted, start + wide + WIDE_BYTES + displacement(code, wide))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(long[] sorted, long address) {
    return address >= sorted[0]
        && address <= sorted[sorted.length - 1]
        && Arrays.binarySearch(sorted, address) >= 0;
  }

  private static int displacement(byte[] code, int at) {
    return code[at] & 0xff
        | (code[at + 1] & 0xff) << 8
        | (code[at + 2] & 0xff) << 16
        | code[at + 3] << 24;
  }
}
