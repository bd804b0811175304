package org.ftrun.tracer.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.ftrun.tracer.abi.SyscallNumber;

/**
 * What stands in a trampoline in place of the way into the stub, once nobody intercepts the calls
 * of a service any more: the call itself, and around it the ids by which the service has known
 * itself so far in place of those that the kernel knows. It needs neither stack nor memory, only
 * rcx and r11, which a call changes anyway, and no flags. Children of the service have it too, for
 * which their own ids are the kernel's.
 *
 * @param known the pid by which the service knows itself, its first thread's id too
 * @param real the kernel's pid of it
 * @param parent the pid by which it knows its parent, which is the process {@code known} for the
 *     kernel
 */
public record KeptIds(int known, int real, int parent) {
  /** Bytes between two displaced instructions that the way into the stub has at least. */
  static final int MOST_BYTES = 32;

  /**
   * The begin of glibc's syscall(3): the arguments are moved to where the kernel wants them, the
   * call is made.
   */
  public static final byte[] ANY_CALL =
      HexFormat.of().parseHex("4889f84889f74889d64889ca4d89c24d89c84c8b4c24080f05");

  /** Offset of the {@code syscall} in {@link #ANY_CALL}. */
  public static final int SITE_IN_ANY_CALL = 23;

  /** Bytes of the trampoline for such a place: two ordinary ones. */
  public static final int ANY_CALL_BYTES = 2 * Trampoline.BYTES;

  /** The last instruction before the call, mov 8(%rsp),%r9, which is displaced. */
  private static final int BEFORE_CALL_BYTES = 5;

  private static final byte[] SYSCALL = {0x0f, 0x05};
  private static final byte JRCXZ = (byte) 0xe3;
  private static final byte JMP_SHORT = (byte) 0xeb;
  private static final byte NOP = (byte) 0x90;

  /** A jump, to a place that is not written yet. */
  private static final byte NOWHERE = 0;

  /** lea disp32(register),%ecx. */
  private enum Less {
    RAX(0x88),
    RDI(0x8f),
    RSI(0x8e);

    final byte register;

    Less(int register) {
      this.register = (byte) register;
    }
  }

  /** mov $imm32 to a register. */
  private enum Move {
    EAX(0xb8),
    EDI(0xbf),
    ESI(0xbe);

    final byte opcode;

    Move(int opcode) {
      this.opcode = (byte) opcode;
    }
  }

  /** Whether a call gives or takes ids of the service's own that are to be kept. */
  public static boolean areIn(int syscall) {
    return body(new KeptIds(1, 2, 3), syscall) != null;
  }

  /**
   * The trampoline of a patch, made anew for a service that runs natively.
   *
   * @param patch of a site of such a call
   * @param syscall the call's number
   * @throws IllegalArgumentException if it is another call
   */
  public byte[] trampoline(SitePatch patch, int syscall) {
    byte[] body = body(this, syscall);
    if (body == null) {
      throw new IllegalArgumentException("call " + syscall + " has no such ids");
    }
    byte[] code = patch.code().clone();
    int at = (int) (patch.entry() - patch.trampoline());
    System.arraycopy(body, 0, code, at, body.length);
    Arrays.fill(code, at + body.length, patch.displaced(), NOP);
    return code;
  }

  /**
   * A patch for a place where any call is made, its number in a register: for it the ids are
   * exchanged by that. The call itself and what follows stay: a handler that runs now may return
   * there.
   *
   * @param site address of the {@code syscall} in {@link #ANY_CALL}
   * @param trampoline {@value #ANY_CALL_BYTES} bytes of free room within reach
   * @return the patch; its code is as long as that room
   */
  public SitePatch anyCall(long site, long trampoline) {
    ByteBuffer code = ByteBuffer.allocate(ANY_CALL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    code.putLong(site);
    int before = SITE_IN_ANY_CALL - BEFORE_CALL_BYTES;
    code.put(ANY_CALL, before, BEFORE_CALL_BYTES);
    int pid = jumpIf(code, SyscallNumber.GETPID);
    int tid = jumpIf(code, SyscallNumber.GETTID);
    int thread = jumpIf(code, SyscallNumber.TGKILL);
    int process = jumpIf(code, SyscallNumber.KILL);
    int threadAlone = jumpIf(code, SyscallNumber.TKILL);
    code.put(SYSCALL);
    int others = jump(code);
    land(code, pid, tid);
    tell(code);
    int told = jump(code);
    land(code, thread);
    name(code, Less.RSI, Move.ESI);
    land(code, process, threadAlone);
    name(code, Less.RDI, Move.EDI);
    code.put(SYSCALL);
    land(code, others, told);
    int displaced = code.position();
    long back = site + SYSCALL.length;
    code.put(Trampoline.jump(trampoline + displaced, back, Trampoline.JUMP_BYTES));
    long start = site - BEFORE_CALL_BYTES;
    return new SitePatch(
        site,
        start,
        Arrays.copyOfRange(ANY_CALL, before, SITE_IN_ANY_CALL),
        Trampoline.jump(start, trampoline + Trampoline.ENTRY, BEFORE_CALL_BYTES),
        trampoline,
        code.array(),
        displaced);
  }

  /** A jump for one call's number in eax; returns where its distance is to be written. */
  private static int jumpIf(ByteBuffer code, int syscall) {
    compare(code, Less.RAX, syscall);
    code.put(JRCXZ).put(NOWHERE);
    return code.position() - 1;
  }

  private static int jump(ByteBuffer code) {
    code.put(JMP_SHORT).put(NOWHERE);
    return code.position() - 1;
  }

  /** Jumps lead here. */
  private static void land(ByteBuffer code, int... jumps) {
    for (int at : jumps) {
      code.put(at, (byte) (code.position() - at - 1));
    }
  }

  private static byte[] body(KeptIds ids, int syscall) {
    ByteBuffer code = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    switch (syscall) {
      case SyscallNumber.GETPID, SyscallNumber.GETTID -> ids.tell(code);
      case SyscallNumber.GETPPID -> ids.tellParent(code);
      case SyscallNumber.KILL, SyscallNumber.TKILL, SyscallNumber.RT_SIGQUEUEINFO -> {
        ids.name(code, Less.RDI, Move.EDI);
        code.put(SYSCALL);
      }
      case SyscallNumber.TGKILL, SyscallNumber.RT_TGSIGQUEUEINFO -> {
        ids.name(code, Less.RDI, Move.EDI);
        ids.name(code, Less.RSI, Move.ESI);
        code.put(SYSCALL);
      }
      default -> {
        return null;
      }
    }
    byte[] bytes = new byte[code.position()];
    code.get(0, bytes);
    return bytes;
  }

  /** Another register, less a value, is 0: rcx. */
  private static void compare(ByteBuffer code, Less less, int value) {
    code.put((byte) 0x8d).put(less.register).putInt(-value);
  }

  private static void move(ByteBuffer code, Move move, int value) {
    code.put(move.opcode).putInt(value);
  }

  private void tell(ByteBuffer code) {
    code.put(SYSCALL);
    compare(code, Less.RAX, real);
    code.put(JRCXZ).put((byte) 2).put(JMP_SHORT).put((byte) 5);
    move(code, Move.EAX, known);
  }

  /** The service's own parent, or that of its child. */
  private void tellParent(ByteBuffer code) {
    code.put(SYSCALL);
    compare(code, Less.RAX, real);
    code.put(JRCXZ).put((byte) 10);
    compare(code, Less.RAX, known);
    code.put(JRCXZ).put((byte) 9).put(JMP_SHORT).put((byte) 12);
    move(code, Move.EAX, known);
    code.put(JMP_SHORT).put((byte) 5);
    move(code, Move.EAX, parent);
  }

  /**
   * The register keeps the kernel's id: nothing that a call leaves alone tells one from the other.
   */
  private void name(ByteBuffer code, Less less, Move move) {
    compare(code, less, known);
    code.put(JRCXZ).put((byte) 2).put(JMP_SHORT).put((byte) 5);
    move(code, move, real);
  }
}
