package org.ftrun.tracer.patch;

import java.util.Arrays;

/**
 * Looks for jumps to addresses, without knowing where instructions begin: whatever could be the
 * displacement of a jump or call that leads there counts. So it may find a jump that is none, but
 * misses no direct one.
 */
public final class JumpSearch {
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
    for (int i = 0; i < length - 1; i++) {
      int opcode = code[i] & 0xff;
      boolean isShort = opcode >= 0x70 && opcode < 0x80 || opcode == 0xeb || opcode >> 2 == 0x38;
      if (isShort && isIn(sorted, start + i + 2 + code[i + 1])) {
        return true;
      }
      int wide = 0;
      if (opcode == 0xe8 || opcode == 0xe9) {
        wide = i + 1;
      } else if (opcode == 0x0f && (code[i + 1] & 0xf0) == 0x80) {
        wide = i + 2;
      }
      if (wide > 0
          && wide + 4 <= length
          && isIn(sorted, start + wide + 4 + displacement(code, wide))) {
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
