package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.libc.NativeMemory;

/**
 * The registers beyond the general ones: x87, SSE, AVX and so on, as PTRACE_GETREGSET of
 * NT_X86_XSTATE has them. The same in every member, for all run on one kind of processor.
 */
public final class ExtendedState {
  /** More than any processor has: AMX brings it to some 11 KiB. */
  private static final int MOST_BYTES = 16384;

  private final NativeMemory bytes = NativeMemory.allocate(MOST_BYTES);
  private final NativeMemory iovec = NativeMemory.allocate(16);

  ExtendedState() {
    iovec.buffer().putLong(0, bytes.address()).putLong(8, MOST_BYTES);
  }

  /** Address of a struct iovec whose length the kernel sets when it fills the buffer. */
  long iovec() {
    return iovec.address();
  }
}
