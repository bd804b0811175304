package org.ftrun.tracer.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.stub.StubArea;

/**
 * The code of a trampoline, 64 bytes aligned to 64:
 *
 * <pre>
 *    0  address of the site, 8 bytes
 *    8  [the displaced instruction]  if it stood before the call
 *       mov %rsp,%gs:8               the application's stack is left alone
 *       mov %gs:16,%rsp
 *       call ENTER of the stub       or call *%gs:enter, where the stub is too far away for that
 *       mov %gs:8,%rsp
 *       [the displaced instructions] if they stood behind the call
 *       jmp behind the patch         unless the last of them returns
 *   60  syscall                      where the stub sends a call that it cannot do
 *   62  jmp the displaced instructions, for a call that nobody intercepts any more
 * </pre>
 */
public final class Trampoline {
  /** Size and alignment. */
  public static final int BYTES = 64;

  /** Offset of the first instruction. */
  public static final int ENTRY = 8;

  /** Offset of the intercepted call. */
  public static final int SLOW = 60;

  /** Bytes of displaced instructions behind the call that there is room for. */
  static final int MOST_BEHIND = 12;

  private static final byte[] LEAVE_STACK = {0x65, 0x48, (byte) 0x89, 0x24, 0x25, 8, 0, 0, 0};
  private static final byte[] TAKE_STACK = {0x65, 0x48, (byte) 0x8b, 0x24, 0x25, 16, 0, 0, 0};
  private static final byte[] BACK_TO_STACK = {0x65, 0x48, (byte) 0x8b, 0x24, 0x25, 8, 0, 0, 0};
  private static final byte[] CALL_BY_AREA = {0x65, (byte) 0xff, 0x14, 0x25};
  private static final byte[] SLOW_CALL = {0x0f, 0x05};

  /** Bytes of a jump to anywhere within reach. */
  static final int JUMP_BYTES = 5;

  private static final byte JMP_SHORT = (byte) 0xeb;
  private static final byte CALL = (byte) 0xe8;
  private static final byte JMP = (byte) 0xe9;
  private static final byte INT3 = (byte) 0xcc;

  private final ByteBuffer code = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final long address;
  private int displaced;

  Trampoline(long address, long site) {
    this.address = address;
    code.putLong(site);
  }

  /** Whether the code of a trampoline can jump to an address; 0 is one to which it need not. */
  static boolean canJump(long trampoline, long target) {
    return target == 0 || Math.abs(target - trampoline) < Integer.MAX_VALUE - BYTES;
  }

  /**
   * Writes the code.
   *
   * @param before the displaced instruction before the call, if any
   * @param behind those behind it, {@value #MOST_BEHIND} bytes at most, if any
   * @param back where it goes on, or 0 if what stood behind the call returns
   */
  Trampoline write(byte[] before, long enter, byte[] behind, long back) {
    code.put(before).put(LEAVE_STACK).put(TAKE_STACK);
    if (canJump(address, enter)) {
      relative(CALL, enter);
    } else {
      code.put(CALL_BY_AREA).putInt(StubArea.ENTER);
    }
    code.put(BACK_TO_STACK);
    displaced = code.position();
    code.put(behind);
    if (back != 0) {
      relative(JMP, back);
    }
    while (code.position() < SLOW) {
      code.put(INT3);
    }
    code.put(SLOW_CALL).put(JMP_SHORT).put((byte) (displaced - BYTES));
    return this;
  }

  private void relative(byte opcode, long target) {
    code.put(opcode);
    code.putInt(Math.toIntExact(target - (address + code.position() + Integer.BYTES)));
  }

  long address() {
    return address;
  }

  byte[] code() {
    return code.array();
  }

  /** Offset of what follows the call. */
  int displaced() {
    return displaced;
  }

  /** The bytes of a jump. */
  static byte[] jump(long from, long to, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(JMP).putInt(Math.toIntExact(to - (from + 1 + Integer.BYTES)));
    while (bytes.hasRemaining()) {
      bytes.put((byte) 0x90);
    }
    return bytes.array();
  }
}
