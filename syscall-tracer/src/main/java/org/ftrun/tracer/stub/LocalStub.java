package org.ftrun.tracer.stub;

import java.nio.ByteBuffer;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** The stub mapped into this process, to execute the instructions that members must not. */
public final class LocalStub {
  private static final int READ_WRITE = 3;
  private static final int READ_EXECUTE = 5;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  /** Mapped once: a takeover has no time to read the stub's file. */
  private static final long BASE = map();

  private final NativeMemory output = NativeMemory.allocate(16);

  private static long map() {
    byte[] image = StubLayout.image();
    long base =
        Libc.call(
            SyscallNumber.MMAP, 0, StubLayout.TEXT_BYTES, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    if (base < 0) {
      throw new IllegalStateException("mmap: errno " + -base);
    }
    Libc.write(base, image);
    long result = Libc.call(SyscallNumber.MPROTECT, base, StubLayout.TEXT_BYTES, READ_EXECUTE);
    if (result != 0) {
      throw new IllegalStateException("mprotect: errno " + -result);
    }
    return base;
  }

  /** The time stamp counter, as rdtsc returns it. */
  public long timeStampCounter() {
    return Libc.invoke(BASE + StubLayout.RDTSC, 0, 0);
  }

  /**
   * Executes cpuid.
   *
   * @return eax, ebx, ecx, edx; valid until the next call
   */
  public ByteBuffer cpuid(int leaf, int subleaf) {
    long leaves = Integer.toUnsignedLong(leaf) | (long) subleaf << 32;
    Libc.invoke(BASE + StubLayout.CPUID, leaves, output.address());
    return output.buffer();
  }
}
