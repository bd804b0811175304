package org.ftrun.tracer.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decides how a site can be patched. Only what was seen executing is patched, so nothing needs to
 * be disassembled: the bytes around a {@code syscall} that has trapped are looked at, and if they
 * are one of a few known forms, one neighbour is displaced.
 */
public final class SitePatcher {
  /** Bytes before the site that are looked at. */
  public static final int BEFORE = 6;

  /** Bytes from the site on that are looked at. */
  public static final int FROM_SITE = 10;

  private static final int SYSCALL_BYTES = 2;
  private static final int MOV_BYTES = 5;
  private static final int JUMP_BYTES = 5;
  private static final int MOV_EAX = 0xb8;
  private static final int REX = 0x40;
  private static final byte[] NOTHING = {};

  private SitePatcher() {}

  /**
   * Plans a patch.
   *
   * @param code {@value #BEFORE} bytes before the site and {@value #FROM_SITE} from it on
   * @param site address of the {@code syscall}
   * @param number the call's number at this trap
   * @param trampoline address of a free trampoline
   * @param enter address of the stub's entry
   * @param entered whether something may jump to an address, asked only where it matters
   * @return null if the site has no form that can be patched, or is too far away
   */
  public static SitePatch plan(
      byte[] code,
      long site,
      long number,
      long trampoline,
      long enter,
      java.util.function.LongPredicate entered) {
    if (code[BEFORE] != 0x0f || code[BEFORE + 1] != 0x05 || !isNear(site, trampoline)) {
      return null;
    }
    if (hasNumberBefore(code, number)) {
      return numberBefore(code, site, trampoline, enter);
    }
    int length = displaceable(code, BEFORE + SYSCALL_BYTES);
    if (length >= JUMP_BYTES - SYSCALL_BYTES && !entered.test(site + SYSCALL_BYTES)) {
      return testBehind(code, site, length, trampoline, enter);
    }
    return null;
  }

  private static boolean isNear(long site, long trampoline) {
    return Math.abs(site - trampoline) < Integer.MAX_VALUE - Trampoline.BYTES;
  }

  /** {@code mov $number,%eax}, and not the end of a longer instruction with a REX prefix. */
  private static boolean hasNumberBefore(byte[] code, long number) {
    int mov = BEFORE - MOV_BYTES;
    int immediate = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(mov + 1);
    return (code[mov] & 0xff) == MOV_EAX && immediate == number && (code[mov - 1] & 0xf0) != REX;
  }

  private static SitePatch numberBefore(byte[] code, long site, long trampoline, long enter) {
    long start = site - MOV_BYTES;
    byte[] original = Arrays.copyOfRange(code, BEFORE - MOV_BYTES, BEFORE);
    Trampoline built =
        new Trampoline(trampoline, site).write(original, enter, NOTHING, site + SYSCALL_BYTES);
    byte[] jump = Trampoline.jump(start, trampoline + Trampoline.ENTRY, MOV_BYTES);
    return new SitePatch(site, start, original, jump, trampoline, built.code(), built.displaced());
  }

  private static SitePatch testBehind(
      byte[] code, long site, int length, long trampoline, long enter) {
    int total = SYSCALL_BYTES + length;
    byte[] original = Arrays.copyOfRange(code, BEFORE, BEFORE + total);
    byte[] displaced = Arrays.copyOfRange(original, SYSCALL_BYTES, total);
    Trampoline built =
        new Trampoline(trampoline, site).write(NOTHING, enter, displaced, site + total);
    byte[] jump = Trampoline.jump(site, trampoline + Trampoline.ENTRY, total);
    return new SitePatch(site, site, original, jump, trampoline, built.code(), built.displaced());
  }

  /**
   * The length of an instruction that means the same at another address, one of those that
   * compilers and libraries put behind a call; 0 if it is none.
   */
  static int displaceable(byte[] code, int at) {
    int first = code[at] & 0xff;
    if (first == 0x3d) {
      return 5; // cmp $imm32,%eax
    }
    if (first != 0x48 && first != 0x49 && first != 0x4c) {
      return 0;
    }
    int opcode = code[at + 1] & 0xff;
    int modrm = code[at + 2] & 0xff;
    boolean registers = modrm >= 0xc0;
    if (first == 0x48 && opcode == 0x3d) {
      return 6; // cmp $imm32,%rax
    }
    if (opcode == 0x83 && registers) {
      return 4; // cmp, and ... $imm8,%reg
    }
    boolean move = opcode == 0x85 || opcode == 0x89 || opcode == 0x8b || opcode == 0x63;
    return move && registers ? 3 : 0; // test, mov, movslq of registers
  }
}
