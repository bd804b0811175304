package org.ftrun.tracer.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Decides how a site can be patched. Only what was seen executing is patched, so no program needs
 * to be disassembled: the bytes around a {@code syscall} that has trapped are looked at, and if
 * they have one of a few known forms, a neighbour before or what stands behind is displaced.
 */
public final class SitePatcher {
  /** Bytes before the site that are looked at; 0 stands for what cannot be read. */
  public static final int BEFORE = 18;

  /** Bytes from the site on that are looked at; 0 stands for what cannot be read. */
  public static final int FROM_SITE = 24;

  private static final int SYSCALL_BYTES = 2;
  private static final int JUMP_BYTES = 5;
  private static final int REX = 0x40;
  private static final int OPERAND_SIZE = 0x66;

  /** {@code mov $imm32,%eax} and {@code mov $imm32,%rax}. */
  private static final byte[][] MOVES_NUMBER = {{(byte) 0xb8}, {0x48, (byte) 0xc7, (byte) 0xc0}};

  /**
   * What stands before the call in musl's __syscall_cp_asm: mov %r9,%r10; mov 8(%rsp),%r8; mov
   * 16(%rsp),%r9; mov %r11,8(%rsp). The last one is displaced. Behind the call are a return and
   * another function, so there is no room; and all four together are nothing else by chance.
   */
  private static final byte[] MUSL_CANCELLABLE =
      HexFormat.of().parseHex("4d89ca4c8b4424084c8b4c24104c895c2408");

  private SitePatcher() {}

  /** Answers whether something may jump to an address. */
  public interface Entered {
    /** Whether anything may jump to one of the addresses. */
    boolean test(long... addresses);
  }

  /**
   * Plans a patch.
   *
   * @param code {@value #BEFORE} bytes before the site and {@value #FROM_SITE} from it on
   * @param site address of the {@code syscall}
   * @param number the call's number at this trap
   * @param trampoline address of a free trampoline within reach of the site
   * @param enter address of the stub's entry
   * @param entered whether something may jump to an address, asked only where it matters
   * @return null if the site has no form that can be patched
   */
  public static SitePatch plan(
      byte[] code, long site, long number, long trampoline, long enter, Entered entered) {
    if (code[BEFORE] != 0x0f || code[BEFORE + 1] != 0x05) {
      return null;
    }
    int before = displaceableBefore(code, number);
    if (before > 0) {
      return before(code, site, before, trampoline, enter);
    }
    int at = BEFORE + SYSCALL_BYTES;
    Tail tail = Tail.of(code, at, site + SYSCALL_BYTES, JUMP_BYTES - SYSCALL_BYTES);
    if (tail == null
        || tail.displaced().length > Trampoline.MOST_BEHIND
        || !Trampoline.canJump(trampoline, tail.back())
        || entered.test(tail.starts())) {
      return null;
    }
    return behind(code, site, tail, trampoline, enter);
  }

  /** The length of the instruction before the site, if it is certain enough; else 0. */
  private static int displaceableBefore(byte[] code, long number) {
    for (byte[] opcode : MOVES_NUMBER) {
      int length = opcode.length + Integer.BYTES;
      if (movesNumber(code, opcode, BEFORE - length, number)) {
        return length;
      }
    }
    int musl = MUSL_CANCELLABLE.length;
    return Arrays.equals(code, BEFORE - musl, BEFORE, MUSL_CANCELLABLE, 0, musl) ? JUMP_BYTES : 0;
  }

  /** Whether it does, and is not the end of a longer instruction with a prefix. */
  private static boolean movesNumber(byte[] code, byte[] opcode, int at, long number) {
    int prefix = code[at - 1] & 0xff;
    int immediate = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(at + opcode.length);
    return Arrays.equals(code, at, at + opcode.length, opcode, 0, opcode.length)
        && immediate == number
        && (opcode.length > 1 || (prefix & 0xf0) != REX)
        && prefix != OPERAND_SIZE;
  }

  private static SitePatch before(byte[] code, long site, int length, long trampoline, long enter) {
    long start = site - length;
    byte[] original = Arrays.copyOfRange(code, BEFORE - length, BEFORE);
    Trampoline built =
        new Trampoline(trampoline, site).write(original, enter, new byte[0], site + SYSCALL_BYTES);
    return patch(site, start, original, built);
  }

  private static SitePatch behind(byte[] code, long site, Tail tail, long trampoline, long enter) {
    byte[] original = Arrays.copyOfRange(code, BEFORE, BEFORE + SYSCALL_BYTES + tail.length());
    Trampoline built =
        new Trampoline(trampoline, site).write(new byte[0], enter, tail.displaced(), tail.back());
    return patch(site, site, original, built);
  }

  private static SitePatch patch(long site, long start, byte[] original, Trampoline built) {
    long entry = built.address() + Trampoline.ENTRY;
    byte[] jump = Trampoline.jump(start, entry, original.length);
    return new SitePatch(
        site, start, original, jump, built.address(), built.code(), built.displaced());
  }
}
