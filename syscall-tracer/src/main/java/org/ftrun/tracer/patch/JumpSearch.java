package org.ftrun.tracer.patch;

/**
 * Looks for jumps to an address, without knowing where instructions begin: whatever could be the
 * displacement of a jump or call that leads there counts. So it may find a jump that is none, but
 * misses no direct one.
 */
public final class JumpSearch {
  private static final int SHORT_REACH = 130;

  private JumpSearch() {}

  /**
   * Whether bytes of code may jump to an address.
   *
   * @param code some bytes of code
   * @param start the address of the first
   * @param length how many of them count
   */
  public static boolean mayJump(byte[] code, int length, long start, long target) {
    for (int i = 0; i < length - 1; i++) {
      int opcode = code[i] & 0xff;
      boolean isShort = opcode >= 0x70 && opcode < 0x80 || opcode == 0xeb || opcode >> 2 == 0x38;
      if (isShort && start + i + 2 + code[i + 1] == target) {
        return true;
      }
      int wide = 0;
      if (opcode == 0xe8 || opcode == 0xe9) {
        wide = i + 1;
      } else if (opcode == 0x0f && (code[i + 1] & 0xf0) == 0x80) {
        wide = i + 2;
      }
      if (wide > 0 && wide + 4 <= length && start + wide + 4 + displacement(code, wide) == target) {
        return true;
      }
    }
    return false;
  }

  private static int displacement(byte[] code, int at) {
    return code[at] & 0xff
        | (code[at + 1] & 0xff) << 8
        | (code[at + 2] & 0xff) << 16
        | code[at + 3] << 24;
  }

  /** How far from an address a short jump to it can be, bytes. */
  public static int shortReach() {
    return SHORT_REACH;
  }
}
