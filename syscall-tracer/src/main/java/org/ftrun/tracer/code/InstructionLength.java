package org.ftrun.tracer.code;

import java.nio.ByteBuffer;

/**
 * How long an instruction of 64-bit mode is. Only its length is found out: operands that make a
 * known opcode undefined are mostly not looked at. Source: Intel's manual, volume 2, chapter 2.
 */
final class InstructionLength {
  /** Bytes of the longest instruction; what is longer faults. */
  static final int LONGEST = 15;

  private static final int UNKNOWN = -1;
  private static final int REX_W = 8;

  private final ByteBuffer code;
  private int at;
  private boolean known = true;
  private boolean operandSize;
  private boolean addressSize;
  private int repeat;
  private boolean lock;
  private int rex;

  private InstructionLength(ByteBuffer code, int index) {
    this.code = code;
    at = index;
  }

  /**
   * The length of the instruction that begins at an index of the buffer.
   *
   * @return 1 to 15 bytes, or -1 if it is not known, or ends behind the buffer's limit
   */
  static int at(ByteBuffer code, int index) {
    if (index < 0 || index >= code.limit()) {
      return UNKNOWN;
    }
    InstructionLength instruction = new InstructionLength(code, index);
    instruction.decode();
    int length = instruction.at - index;
    boolean whole = instruction.at <= code.limit() && length <= LONGEST;
    return instruction.known && whole ? length : UNKNOWN;
  }

  /** Whether a byte may stand before an opcode: a REX prefix or one of the older ones. */
  static boolean isPrefix(byte value) {
    int prefix = value & 0xff;
    return isOldPrefix(prefix) || (prefix & 0xf0) == 0x40;
  }

  private static boolean isOldPrefix(int value) {
    return switch (value) {
      case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
      default -> false;
    };
  }

  /** The next byte; 0 behind the end, where the instruction cannot be whole any more. */
  private int next() {
    int value = at < code.limit() ? code.get(at) & 0xff : 0;
    at++;
    return value;
  }

  private void decode() {
    int opcode = prefixes();
    switch (opcode) {
      case 0x0f -> twoBytes();
      case 0x62 -> evex();
      case 0xc4, 0xc5 -> vex(opcode);
      case 0x8f -> popOrXop();
      default -> oneByte(opcode);
    }
  }

  /** Skips prefixes and returns the opcode; REX counts only right before it. */
  private int prefixes() {
    int value = next();
    while (isOldPrefix(value) || (value & 0xf0) == 0x40) {
      if (at > code.limit()) {
        break;
      }
      rex = (value & 0xf0) == 0x40 ? value : 0;
      operandSize |= value == 0x66;
      addressSize |= value == 0x67;
      lock |= value == 0xf0;
      repeat = value == 0xf2 || value == 0xf3 ? value : repeat;
      value = next();
    }
    return value;
  }

  private void oneByte(int opcode) {
    int modrm = at < code.limit() ? code.get(at) & 0xff : 0;
    char form = OpcodeForms.ONE_BYTE.charAt(opcode);
    boolean test = (modrm >> 3 & 7) < 2; // else not, neg, mul, div
    switch (form) {
      case 'M', 'B', 'Z', 't', 'T' -> {
        known = OpcodeForms.isDefined(opcode, modrm);
        operand();
      }
      default -> {}
    }
    at +=
        switch (form) {
          case '.', 'M' -> 0;
          case 'b', 'B' -> 1;
          case 'w' -> 2;
          case 'e' -> 3;
          case 'z', 'Z' -> immediate();
          case 'i' -> (rex & REX_W) != 0 ? 8 : immediate();
          case 'a' -> addressSize ? 4 : 8;
          case 'j' -> distance();
          case 't' -> test ? 1 : 0;
          case 'T' -> test ? immediate() : 0;
          default -> unknown();
        };
  }

  private void twoBytes() {
    int opcode = next();
    if (opcode == 0x38) {
      known = OpcodeForms.MAP_38.get(next());
      operand();
      return;
    }
    if (opcode == 0x3a) {
      known = OpcodeForms.MAP_3A.get(next());
      operand();
      at++;
      return;
    }
    switch (OpcodeForms.TWO_BYTES.charAt(opcode)) {
      case '.' -> {}
      case 'M' -> operand();
      case 'B' -> {
        operand();
        at++;
      }
      case 'D' -> {
        operand();
        at += operandSize || repeat == 0xf2 ? 2 : 0;
      }
      case 'N' -> {
        known = repeat == 0xf3;
        operand();
      }
      case 'R' -> at++;
      case 'j' -> at += distance();
      default -> known = false;
    }
  }

  private void vex(int escape) {
    int map = 1;
    if (escape == 0xc4) {
      map = next() & 0x1f;
    }
    next();
    int opcode = next();
    known = mayEncodeVectors() && OpcodeForms.isVex(map, opcode);
    if (map != 1 || opcode != 0x77) {
      vectorOperand(map, opcode);
    }
  }

  private void evex() {
    int first = next();
    int second = next();
    next();
    int opcode = next();
    int map = first & 7;
    boolean fixedBits = (first & 8) == 0 && (second & 4) != 0;
    known = mayEncodeVectors() && fixedBits && OpcodeForms.isEvex(map, opcode);
    vectorOperand(map, opcode);
  }

  private void popOrXop() {
    int map = at < code.limit() ? code.get(at) & 0x1f : 0;
    if (map < 8) {
      oneByte(0x8f);
      return;
    }
    at += 2;
    known = mayEncodeVectors() && OpcodeForms.isXop(map, next());
    operand();
    at += map == 8 ? 1 : map == 9 ? 0 : 4;
  }

  private void vectorOperand(int map, int opcode) {
    operand();
    at += map == 3 || map == 1 && OpcodeForms.VECTOR_IMMEDIATE.get(opcode) ? 1 : 0;
  }

  /** VEX, EVEX and XOP contain what these prefixes would say; with both, the processor faults. */
  private boolean mayEncodeVectors() {
    return !operandSize && repeat == 0 && !lock && rex == 0;
  }

  private int immediate() {
    return operandSize && (rex & REX_W) == 0 ? 2 : 4;
  }

  /** With 66 alone Intel's processors take four bytes and AMD's two. */
  private int distance() {
    return operandSize && (rex & REX_W) == 0 ? unknown() : 4;
  }

  private int unknown() {
    known = false;
    return 0;
  }

  /** Skips ModRM, SIB and displacement. */
  private void operand() {
    int modrm = next();
    int mode = modrm >> 6;
    int base = modrm & 7;
    if (mode == 3) {
      return;
    }
    if (base == 4) {
      base = next() & 7;
    }
    at += mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0;
  }
}
