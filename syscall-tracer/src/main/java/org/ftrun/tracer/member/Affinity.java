package org.ftrun.tracer.member;

import java.lang.ref.Reference;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** A set of cores on which a thread may run, as sched_setaffinity(2) takes it: core n in bit n. */
final class Affinity {
  /** Room for 1,024 cores, as glibc's cpu_set_t. */
  static final int BYTES = 128;

  /** How much of it the kernel knows, the same for every thread of the machine. */
  private static int kernelBytes;

  private final byte[] cores;

  private Affinity(byte[] cores) {
    this.cores = cores;
  }

  /**
   * That of a thread of this machine, 0 for the calling one; null if there is none with that id.
   */
  static Affinity of(int tid) {
    NativeMemory mask = NativeMemory.allocate(BYTES);
    long result = Libc.call(SyscallNumber.SCHED_GETAFFINITY, tid, BYTES, mask.address());
    byte[] cores = new byte[BYTES];
    mask.buffer().get(0, cores);
    return result > 0 ? new Affinity(cores) : null;
  }

  static Affinity ofCore(int core) {
    byte[] cores = new byte[BYTES];
    cores[core / Byte.SIZE] = (byte) (1 << core % Byte.SIZE);
    return new Affinity(cores);
  }

  /** The set of which a program shows its first bytes; the kernel takes no more than it knows. */
  static Affinity ofBytes(byte[] shown) {
    byte[] cores = new byte[BYTES];
    System.arraycopy(shown, 0, cores, 0, Math.min(shown.length, kernelBytes()));
    return new Affinity(cores);
  }

  /** How many bytes sched_getaffinity(2) gives to who has room for all. */
  static synchronized int kernelBytes() {
    if (kernelBytes == 0) {
      NativeMemory mask = NativeMemory.allocate(BYTES);
      kernelBytes = (int) Libc.call(SyscallNumber.SCHED_GETAFFINITY, 0, BYTES, mask.address());
      Reference.reachabilityFence(mask);
    }
    return kernelBytes;
  }

  /** Binds a thread to it, 0 for the calling one; false if the kernel refuses. */
  boolean give(int tid) {
    NativeMemory mask = NativeMemory.ofBytes(cores);
    long result = Libc.call(SyscallNumber.SCHED_SETAFFINITY, tid, BYTES, mask.address());
    Reference.reachabilityFence(mask);
    return result == 0;
  }

  /**
   * What of it the kernel grants, which knows which cores exist and which our control group has:
   * asked with the calling thread, which is bound as before afterwards.
   *
   * @return null if nothing is left
   */
  Affinity granted() {
    Affinity before = of(0);
    if (!give(0)) {
      return null;
    }
    Affinity granted = of(0);
    before.give(0);
    return granted;
  }

  byte[] bytes() {
    return cores.clone();
  }
}
