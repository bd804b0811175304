package org.ftrun.tracer.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What stands behind a site, as far as a jump in place of the {@code syscall} displaces it.
 *
 * @param displaced the instructions that the trampoline executes in its place
 * @param length bytes behind the site that are replaced
 * @param back where the trampoline goes on, or 0 if a displaced instruction returns
 * @param starts where in the replaced bytes instructions begin, to which nothing may jump
 */
record Tail(byte[] displaced, int length, long back, long[] starts) {
  private static final int RET = 0xc3;
  private static final int JMP = 0xe9;
  private static final int JMP_BYTES = 5;

  /** Functions are aligned so: between a return and that there is nothing but padding. */
  private static final int FUNCTION_ALIGNMENT = 16;

  /**
   * Looks at what begins at an offset.
   *
   * @param address the offset's address
   * @param wanted bytes that have to be replaced at least
   * @return null if they cannot be
   */
  static Tail of(byte[] code, int at, long address, int wanted) {
    long[] starts = new long[wanted];
    int count = 0;
    int length = 0;
    while (length < wanted) {
      starts[count++] = address + length;
      int opcode = code[at + length] & 0xff;
      if (opcode == RET) {
        return returning(code, at, address, wanted, length + 1, Arrays.copyOf(starts, count));
      }
      if (opcode == JMP) {
        ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        long target = address + length + JMP_BYTES + bytes.getInt(at + length + 1);
        byte[] displaced = Arrays.copyOfRange(code, at, at + length);
        return new Tail(displaced, length + JMP_BYTES, target, Arrays.copyOf(starts, count));
      }
      int instruction = Displaceable.length(code, at + length);
      if (instruction == 0) {
        return null;
      }
      length += instruction;
    }
    byte[] displaced = Arrays.copyOfRange(code, at, at + length);
    return new Tail(displaced, length, address + length, Arrays.copyOf(starts, count));
  }

  /** A return, behind which nothing is executed: padding may be replaced too. */
  private static Tail returning(
      byte[] code, int at, long address, int wanted, int length, long[] starts) {
    byte[] displaced = Arrays.copyOfRange(code, at, at + length);
    if (length >= wanted) {
      return new Tail(displaced, length, 0, starts);
    }
    long behind = address + length;
    int padding = (int) (-behind & FUNCTION_ALIGNMENT - 1);
    if (length + padding < wanted
        || !Displaceable.isPadding(code, at + length, at + length + padding)) {
      return null;
    }
    long[] all = Arrays.copyOf(starts, starts.length + wanted - length);
    for (int i = 0; i < wanted - length; i++) {
      all[starts.length + i] = behind + i;
    }
    return new Tail(displaced, wanted, 0, all);
  }
}
