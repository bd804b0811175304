package org.ftrun.tracer.ptrace;

import java.nio.ByteBuffer;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * The general registers of a thread: struct user_regs_struct of asm/ptrace-abi.h, x86-64, 27 words
 * of 8 bytes.
 */
public final class Registers {
  /** Size of struct user_regs_struct, bytes. */
  public static final int BYTES = 27 * Long.BYTES;

  private static final int R15 = 0;
  private static final int R14 = 8;
  private static final int R13 = 2 * 8;
  private static final int R12 = 3 * 8;
  private static final int RBP = 4 * 8;
  private static final int R11 = 6 * 8;
  private static final int R10 = 7 * 8;
  private static final int R9 = 8 * 8;
  private static final int R8 = 9 * 8;
  private static final int RAX = 10 * 8;
  private static final int RCX = 11 * 8;
  private static final int RDX = 12 * 8;
  private static final int RSI = 13 * 8;
  private static final int RDI = 14 * 8;
  private static final int ORIG_RAX = 15 * 8;
  private static final int RIP = 16 * 8;
  private static final int CS = 17 * 8;
  private static final int FLAGS = 18 * 8;
  private static final int RSP = 19 * 8;
  private static final int FS_BASE = 21 * 8;
  private static final int GS_BASE = 22 * 8;
  private static final int RBX = 5 * 8;

  /** TF and RF of the processor flags (Intel SDM volume 1, 3.4.3). */
  private static final long TRAP_FLAG = 1 << 8;

  private static final long RESUME_FLAG = 1 << 16;

  private final NativeMemory memory = NativeMemory.allocate(BYTES);
  private final ByteBuffer words = memory.buffer();

  long address() {
    return memory.address();
  }

  /** Appends all {@value #BYTES} bytes, as the kernel's structure has them. */
  public void putInto(ByteBuffer target) {
    int at = target.position();
    target.put(at, words, 0, BYTES).position(at + BYTES);
  }

  /** Takes over what {@link #putInto} has written at an offset. */
  public void takeFrom(ByteBuffer source, int offset) {
    words.put(0, source, offset, BYTES);
  }

  /**
   * Whether a thread would go on from the one as from the other: what differs at most is what only
   * the kernel and debuggers look at.
   */
  public boolean goesOnLike(Registers other) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      long differing = words.getLong(at) ^ other.words.getLong(at);
      if (at == FLAGS) {
        differing &= ~(TRAP_FLAG | RESUME_FLAG);
      }
      if (differing != 0 && at != ORIG_RAX) {
        return false;
      }
    }
    return true;
  }

  /** Takes over all of the other's values. */
  public void copyFrom(Registers other) {
    words.put(0, other.words, 0, BYTES);
  }

  /** A copy of these registers. */
  public Registers copy() {
    Registers copy = new Registers();
    copy.copyFrom(this);
    return copy;
  }

  /** Argument {@code index} (0..5) of a system call: rdi, rsi, rdx, r10, r8, r9. */
  public long argument(int index) {
    return words.getLong(argumentOffset(index));
  }

  /** Sets argument {@code index} (0..5) of a system call. */
  public Registers argument(int index, long value) {
    words.putLong(argumentOffset(index), value);
    return this;
  }

  private static int argumentOffset(int index) {
    switch (index) {
      case 0:
        return RDI;
      case 1:
        return RSI;
      case 2:
        return RDX;
      case 3:
        return R10;
      case 4:
        return R8;
      case 5:
        return R9;
      default:
        throw new IllegalArgumentException("argument " + index);
    }
  }

  /** Sets all six arguments. */
  public Registers arguments(long[] values) {
    for (int i = 0; i < values.length; i++) {
      argument(i, values[i]);
    }
    return this;
  }

  /** Copies the six arguments into {@code target}. */
  public void argumentsInto(long[] target) {
    for (int i = 0; i < 6; i++) {
      target[i] = argument(i);
    }
  }

  /** Call number before a call, result after it. */
  public long rax() {
    return words.getLong(RAX);
  }

  /** Sets rax. */
  public Registers rax(long value) {
    words.putLong(RAX, value);
    return this;
  }

  /** The number of the call the kernel is in, or a negative value: none. */
  public long originalRax() {
    return words.getLong(ORIG_RAX);
  }

  /** Sets orig_rax; -1 keeps the kernel from restarting a call. */
  public Registers originalRax(long value) {
    words.putLong(ORIG_RAX, value);
    return this;
  }

  /** Instruction pointer. */
  public long rip() {
    return words.getLong(RIP);
  }

  /** Sets the instruction pointer. */
  public Registers rip(long value) {
    words.putLong(RIP, value);
    return this;
  }

  /** Stack pointer. */
  public long rsp() {
    return words.getLong(RSP);
  }

  /** Sets the stack pointer. */
  public Registers rsp(long value) {
    words.putLong(RSP, value);
    return this;
  }

  /** Sets rcx and r11, which a system call clobbers. */
  public Registers clobbered(long rcx, long r11) {
    words.putLong(RCX, rcx);
    words.putLong(R11, r11);
    return this;
  }

  /** rcx. */
  public long rcx() {
    return words.getLong(RCX);
  }

  /** Sets rcx. */
  public Registers rcx(long value) {
    words.putLong(RCX, value);
    return this;
  }

  /** Sets rdx. */
  public Registers rdx(long value) {
    words.putLong(RDX, value);
    return this;
  }

  /** Sets rbx. */
  public Registers rbx(long value) {
    words.putLong(RBX, value);
    return this;
  }

  /** Processor flags. */
  public long flags() {
    return words.getLong(FLAGS);
  }

  /** Whether the thread executes 64-bit code: __USER_CS of the kernel's asm/segment.h. */
  public boolean isLongMode() {
    return words.getLong(CS) == 0x33;
  }

  /** Base of the fs segment: the thread pointer of libc. */
  public long fsBase() {
    return words.getLong(FS_BASE);
  }

  /** Takes over both segment bases, which a call such as arch_prctl changes. */
  public Registers segmentBases(Registers current) {
    words.putLong(FS_BASE, current.words.getLong(FS_BASE));
    words.putLong(GS_BASE, current.words.getLong(GS_BASE));
    return this;
  }

  /** Sets the registers that a function has to preserve: rbx, rbp, r12 to r15. */
  public Registers preserved(long rbx, long rbp, long r12, long r13, long r14, long r15) {
    words.putLong(RBX, rbx).putLong(RBP, rbp).putLong(R12, r12).putLong(R13, r13);
    words.putLong(R14, r14).putLong(R15, r15);
    return this;
  }

  /** Sets the processor flags. */
  public Registers flags(long value) {
    words.putLong(FLAGS, value);
    return this;
  }

  /** Sets the base of the gs segment. */
  public Registers gsBase(long value) {
    words.putLong(GS_BASE, value);
    return this;
  }

  /** The registers that matter for finding out where a thread is, in hexadecimal. */
  @Override
  public String toString() {
    return String.format(
        "rip=%x rsp=%x rax=%x rdi=%x rsi=%x rdx=%x rcx=%x fs=%x gs=%x",
        rip(),
        rsp(),
        rax(),
        argument(0),
        argument(1),
        argument(2),
        rcx(),
        fsBase(),
        words.getLong(GS_BASE));
  }
}
