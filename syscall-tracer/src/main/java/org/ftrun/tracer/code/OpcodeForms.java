package org.ftrun.tracer.code;

import java.util.BitSet;

/**
 * What follows each opcode of 64-bit mode. Sources: Intel's manual, volume 2, appendix A, and for
 * XOP and FMA4 AMD's manual, volumes 4 and 6. Opcodes that newer processors add are not known.
 *
 * <p>A character stands for one opcode, a line for sixteen:
 *
 * <pre>
 *   .  nothing                       M  ModRM
 *   b  1 byte                        B  ModRM and 1 byte
 *   w  2 bytes                       Z  ModRM and 4 bytes, 2 with 66
 *   e  3 bytes (enter)               t  ModRM and, for test, 1 byte
 *   z  4 bytes, 2 with 66            T  ModRM and, for test, as z
 *   i  as z, 8 with REX.W            D  ModRM and, with 66 or f2, 2 bytes (extrq, insertq)
 *   j  a distance of 4 bytes         R  ModRM that always names two registers
 *   a  an address                    N  ModRM if f3 stands before, else undefined (popcnt)
 *   p  is a prefix, or escapes to another map; x  undefined
 * </pre>
 */
final class OpcodeForms {
  static final String ONE_BYTE =
      "MMMMbzxxMMMMbzxp" // 00
          + "MMMMbzxxMMMMbzxx"
          + "MMMMbzpxMMMMbzpx"
          + "MMMMbzpxMMMMbzpx"
          + "pppppppppppppppp" // 40
          + "................"
          + "xxpMppppzZbB...."
          + "bbbbbbbbbbbbbbbb"
          + "BZxBMMMMMMMMMMMM" // 80
          + "..........x....."
          + "aaaa....bz......"
          + "bbbbbbbbiiiiiiii"
          + "BBw.ppBZe.w..bx." // c0
          + "MMMMxxx.MMMMMMMM"
          + "bbbbbbbbjjxb...."
          + "p.pp..tT......MM";

  /** Behind 0f. What only AMD's 3DNow! and old processors had counts as undefined. */
  static final String TWO_BYTES =
      "MMMMx.....x.xMxx" // 00
          + "MMMMMMMMMMMMMMMM"
          + "RRRRxxxxMMMMMMMM"
          + "......x.pxpxxxxx"
          + "MMMMMMMMMMMMMMMM" // 40
          + "MMMMMMMMMMMMMMMM"
          + "MMMMMMMMMMMMMMMM"
          + "BBBBMMM.DMxxMMMM"
          + "jjjjjjjjjjjjjjjj" // 80
          + "MMMMMMMMMMMMMMMM"
          + "...MBMMM...MBMMM"
          + "MMMMMMMMNMBMMMMM"
          + "MMBMBBBM........" // c0
          + "MMMMMMMMMMMMMMMM"
          + "MMMMMMMMMMMMMMMM"
          + "MMMMMMMMMMMMMMMx";

  /** Behind 0f 38; ModRM follows. */
  static final BitSet MAP_38 =
      opcodes(
          "00-0b 10 14-15 17 1c-1e 20-25 28-2b 30-35 37-41 80-82 c8-cd cf d8 db-df f0-f1 f5-f6"
              + " f8-fc");

  /** Behind 0f 3a; ModRM and one byte follow. */
  static final BitSet MAP_3A = opcodes("08-0f 14-17 20-22 40-42 44 60-63 cc ce-cf df f0");

  /** Of the vector instructions of the map 0f those with one byte behind ModRM. */
  static final BitSet VECTOR_IMMEDIATE = opcodes("70-73 c2 c4-c6");

  private static final BitSet NONE = new BitSet();

  /** By map: 1 is 0f, 2 is 0f 38, 3 is 0f 3a. ModRM follows all but vzeroupper (map 1, 77). */
  private static final BitSet[] VEX = {
    NONE,
    opcodes("10-17 28-2f 41-42 44-47 4a-4b 50-77 7c-7f 90-93 98-99 ae c2 c4-c6 d0-fe"),
    opcodes(
        "00-0f 13 16-1a 1c-1e 20-25 28-41 45-47 49 4b 50-53 58-5a 5c 5e 6c 72 78-79 8c 8e 90-93"
            + " 96-9f a6-b1 b4-bf cb-cd cf d2-d3 da-ef f2-f3 f5-f7"),
    opcodes(
        "00-02 04-06 08-0f 14-19 1d 20-22 30-33 38-39 40-42 44 46 48-4c 5c-63 68-6f 78-7f ce-cf"
            + " de-df f0"),
  };

  /** By map: as for VEX, and 5 and 6 of AVX512-FP16. */
  private static final BitSet[] EVEX = {
    NONE,
    opcodes("10-17 28-2f 51 54-76 78-7b 7e-7f c2 c4-c6 d1-d6 d8-ef f1-f6 f8-fe"),
    opcodes(
        "00 04 0b-0d 10-16 18-2d 30-40 42-47 4c-55 58-5b 62-66 68 70-73 75-7f 83 88-8b 8d 8f-93"
            + " 96-a3 a6-af b4-bf c4 c6-c8 ca-cd cf dc-df"),
    opcodes(
        "00-01 03-05 08-0b 0f 14-1b 1d-23 25-27 38-3b 3e-3f 42-44 50-51 54-57 66-67 70-73 c2"
            + " ce-cf"),
    NONE,
    opcodes("10-11 1d 2a 2c-2f 51 58-5f 6e 78-7e"),
    opcodes("13 2c-2d 42-43 4c-4f 56-57 96-9f a6-af b6-bf d6-d7"),
    NONE,
  };

  /** By map less 8: one byte behind ModRM in the first, none in the second, four in the third. */
  private static final BitSet[] XOP = {
    opcodes("85-87 8e-8f 95-97 9e-9f a2-a3 a6 b6 c0-c3 cc-cf ec-ef"),
    opcodes("01-02 12 80-83 90-9b c1-c3 c6-c7 cb d1-d3 d6-d7 db e1-e3"),
    opcodes("10 12"),
  };

  private OpcodeForms() {}

  static boolean isVex(int map, int opcode) {
    return map < VEX.length && VEX[map].get(opcode);
  }

  static boolean isEvex(int map, int opcode) {
    return EVEX[map].get(opcode);
  }

  static boolean isXop(int map, int opcode) {
    return map >= 8 && map < 8 + XOP.length && XOP[map - 8].get(opcode);
  }

  /** Whether an instruction of the one-byte map is defined with this ModRM. */
  static boolean isDefined(int opcode, int modrm) {
    int kind = modrm >> 3 & 7;
    return switch (opcode) {
      case 0x8f -> kind == 0; // pop
      case 0xc6, 0xc7 -> kind == 0 || modrm == 0xf8; // mov, xabort, xbegin
      case 0xfe -> kind < 2; // inc, dec
      case 0xff -> kind < 7;
      default -> true;
    };
  }

  private static BitSet opcodes(String ranges) {
    BitSet set = new BitSet(256);
    for (String range : ranges.split(" ")) {
      int first = Integer.parseInt(range.substring(0, 2), 16);
      int last = range.length() > 2 ? Integer.parseInt(range.substring(3), 16) : first;
      set.set(first, last + 1);
    }
    return set;
  }
}
