package org.ftrun.tracer.code;

import java.nio.ByteBuffer;

/**
 * Which instructions show in the registers what they do: executed twice from the same registers,
 * with the same registers afterwards, they have stored the same both times, if anything. Not so
 * those that change memory by what stands there, such as inc of a counter, or copy what no register
 * has seen. Only general instructions that compilers use in waiting loops are known; none of them
 * enters the kernel. Source: Intel's manual, volume 2, appendix A.
 */
public final class ShownEffects {
  /** Bytes of the longest instruction. */
  public static final int LONGEST = InstructionLength.LONGEST;

  private static final int END = -1;

  private final ByteBuffer code;
  private int at;

  private ShownEffects(ByteBuffer code) {
    this.code = code;
  }

  /**
   * Whether the instruction at the buffer's beginning is known for such a one.
   *
   * @param code its bytes and what follows, up to the limit
   */
  public static boolean isOf(ByteBuffer code) {
    return InstructionLength.at(code, 0) > 0 && new ShownEffects(code).isShown();
  }

  private int next() {
    return at < code.limit() ? code.get(at++) & 0xff : END;
  }

  private boolean isShown() {
    while (at < code.limit() && InstructionLength.isPrefix(code.get(at))) {
      at++;
    }
    int opcode = next();
    int modrm = at < code.limit() ? code.get(at) & 0xff : 0;
    boolean register = modrm >> 6 == 3;
    int kind = modrm >> 3 & 7;
    if (opcode == 0x0f) {
      next();
      return isShownOfTwoBytes(modrm);
    }
    if (opcode < 0x40) {
      return isArithmetic(opcode, register);
    }
    return switch (opcode) {
      case 0x63, 0x68, 0x6a, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8d -> true;
      case 0x80, 0x81, 0x83 -> kind == 7 || register; // cmp; add, or, and, sub, xor
      case 0x90, 0x98, 0x99, 0xa8, 0xa9, 0xc3, 0xc9 -> true; // nop, pause, cltq, test, ret, leave
      case 0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3 -> register; // shifts
      case 0xc6, 0xc7 -> kind == 0; // mov
      case 0xe0, 0xe1, 0xe2, 0xe3, 0xe8, 0xe9, 0xeb -> true; // loop, call, jmp
      case 0xf6, 0xf7 -> kind < 2 || register && kind < 4; // test, not, neg
      case 0xfe -> register; // inc, dec
      case 0xff -> kind < 2 ? register : kind == 2 || kind == 4; // call, jmp
      default ->
          opcode >= 0x50 && opcode < 0x60 // push, pop
              || opcode >= 0x70 && opcode < 0x80 // jcc
              || opcode >= 0x91 && opcode < 0x98 // xchg
              || opcode >= 0xb0 && opcode < 0xc0; // mov
    };
  }

  /** add, or, adc, sbb, and, sub, xor, cmp; what cmp compares it does not change. */
  private static boolean isArithmetic(int opcode, boolean register) {
    int form = opcode & 7;
    boolean toOperand = form < 2;
    return form < 6 && (!toOperand || register || opcode >= 0x38);
  }

  private boolean isShownOfTwoBytes(int opcode) {
    int modrm = at < code.limit() ? code.get(at) & 0xff : 0;
    boolean register = modrm >> 6 == 3;
    int kind = modrm >> 3 & 7;
    return switch (opcode) {
      case 0x18, 0x1e, 0x1f -> true; // hints
      case 0xb0, 0xb1, 0xb6, 0xb7, 0xbe, 0xbf -> true; // cmpxchg, movzx, movsx
      case 0xae -> register && kind >= 5; // fences
      default ->
          opcode >= 0x40 && opcode < 0x50 // cmov
              || opcode >= 0x80 && opcode < 0xa0; // jcc, setcc
    };
  }
}
