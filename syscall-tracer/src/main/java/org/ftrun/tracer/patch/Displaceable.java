package org.ftrun.tracer.patch;

/**
 * How long an instruction is, if it means the same at another address and cannot fault there in
 * place of where it stood: only those that compilers and libraries put behind a call are known.
 * Decoding goes forward from where an instruction is known to begin, so it is exact.
 *
 * <p>Of the instructions with an operand in memory only those count that refer to the stack by rsp,
 * or to the thread's own data by fs; and lea, which does not access what it refers to. Sources:
 * Intel's manual, volume 2, chapters 2 and appendix A.
 */
final class Displaceable {
  private static final int FS = 0x64;
  private static final int REX_W = 8;

  private final byte[] code;
  private int at;
  private boolean known = true;

  private Displaceable(byte[] code, int at) {
    this.code = code;
    this.at = at;
  }

  /** The length in bytes of the instruction, or 0 if it is none of those that are known. */
  static int length(byte[] code, int at) {
    Displaceable instruction = new Displaceable(code, at);
    instruction.decode();
    return instruction.known && instruction.at <= code.length ? instruction.at - at : 0;
  }

  /**
   * Whether nothing but padding stands in [from, to): whole instructions that do nothing, as
   * compilers write many kinds of, or int3.
   */
  static boolean isPadding(byte[] code, int from, int to) {
    int at = from;
    while (at < to) {
      Displaceable padding = new Displaceable(code, at);
      padding.decodePadding();
      if (!padding.known) {
        return false;
      }
      at = padding.at;
    }
    return at == to;
  }

  private int next() {
    int value = at < code.length ? code[at] & 0xff : 0;
    at++;
    return value;
  }

  private void decodePadding() {
    int opcode = next();
    while (opcode == 0x66 || opcode == 0x2e) {
      opcode = next();
    }
    if (opcode == 0x0f) {
      known = next() == 0x1f;
      operand(false, true);
    } else {
      known = opcode == 0x90 || opcode == 0xcc;
    }
  }

  private void decode() {
    int opcode = next();
    boolean fs = opcode == FS;
    if (fs) {
      opcode = next();
    }
    int rex = 0;
    if ((opcode & 0xf0) == 0x40) {
      rex = opcode;
      opcode = next();
    }
    boolean wide = (rex & REX_W) != 0;
    if (fs && opcode != 0x89 && opcode != 0x8b) {
      known = false;
    } else if (opcode == 0x0f) {
      decodeTwoBytes(rex);
    } else if (opcode < 0x40) {
      decodeArithmetic(opcode, fs, rex);
    } else if (opcode >= 0x50 && opcode < 0x60) {
      known = (opcode & 7) != 4 || (rex & 1) != 0; // push and pop, not of rsp
    } else if (opcode >= 0xb0 && opcode < 0xc0) {
      at += opcode < 0xb8 ? 1 : wide ? 8 : 4; // mov of a constant
    } else {
      decodeOther(opcode, fs, rex);
    }
  }

  /** add, or, adc, sbb, and, sub, xor, cmp. */
  private void decodeArithmetic(int opcode, boolean fs, int rex) {
    int kind = opcode & 7;
    if (kind < 4) {
      operand(fs, false, rex);
    } else {
      known = kind < 6;
      at += kind == 4 ? 1 : 4;
    }
  }

  private void decodeOther(int opcode, boolean fs, int rex) {
    switch (opcode) {
      case 0x63: // movslq
      case 0x84: // test
      case 0x85:
      case 0x88: // mov
      case 0x89:
      case 0x8a:
      case 0x8b:
        operand(fs, false, rex);
        break;
      case 0x8d: // lea
        operand(false, true);
        break;
      case 0x80: // add ... cmp with a constant
      case 0x83:
      case 0xc1: // shifts
        operand(false, false, rex);
        at++;
        break;
      case 0x81:
        operand(false, false, rex);
        at += 4;
        break;
      case 0xc6: // mov of a constant
      case 0xc7:
        known = operand(false, false, rex) == 0 && known;
        at += opcode == 0xc6 ? 1 : 4;
        break;
      case 0xf6: // test with a constant, not, neg
      case 0xf7:
        int kind = operand(false, false, rex);
        known &= kind == 0 || kind == 2 || kind == 3;
        at += kind != 0 ? 0 : opcode == 0xf6 ? 1 : 4;
        break;
      case 0xa8: // test with a constant
        at++;
        break;
      case 0xa9:
        at += 4;
        break;
      case 0x90: // nop
        known = (rex & 1) == 0; // else xchg
        break;
      case 0x98: // cltq
      case 0x99: // cqto
        break;
      default:
        known = false;
        break;
    }
  }

  private void decodeTwoBytes(int rex) {
    int opcode = next();
    boolean conditional = opcode >= 0x40 && opcode < 0x50 || opcode >= 0x90 && opcode < 0xa0;
    boolean extends8Or16 = opcode == 0xb6 || opcode == 0xb7 || opcode == 0xbe || opcode == 0xbf;
    known = conditional || extends8Or16 || opcode == 0x1f;
    operand(false, opcode == 0x1f, rex);
  }

  private int operand(boolean fs, boolean untouched) {
    return operand(fs, untouched, 0);
  }

  /**
   * Skips ModRM and what belongs to it.
   *
   * @param fs whether the operand is relative to fs
   * @param untouched whether the operand's memory is not accessed
   * @return the middle field of ModRM
   */
  private int operand(boolean fs, boolean untouched, int rex) {
    int modrm = next();
    int mode = modrm >> 6;
    int register = modrm & 7;
    if (mode == 3) {
      known &= !fs;
      return modrm >> 3 & 7;
    }
    boolean absolute = false;
    boolean onStack = false;
    if (register == 4) {
      int sib = next();
      boolean noIndex = (sib >> 3 & 7) == 4 && (rex & 2) == 0;
      absolute = mode == 0 && (sib & 7) == 5;
      onStack = noIndex && (sib & 7) == 4 && (rex & 1) == 0;
      absolute &= noIndex || untouched;
      at += mode == 0 && (sib & 7) == 5 ? 4 : 0;
    } else if (mode == 0 && register == 5) {
      known = false; // relative to rip
    }
    at += mode == 1 ? 1 : mode == 2 ? 4 : 0;
    known &= untouched || (fs ? absolute : onStack);
    return modrm >> 3 & 7;
  }
}
