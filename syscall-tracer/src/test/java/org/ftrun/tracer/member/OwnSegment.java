package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/** A System V segment for a test, attached once by this process. */
final class OwnSegment implements AutoCloseable {
  private static final int IPC_PRIVATE = 0;
  private static final int IPC_RMID = 0;
  private static final int MODE = 0600;

  private final int id;
  private final long address;

  OwnSegment(long bytes) {
    id = (int) Libc.call(SyscallNumber.SHMGET, IPC_PRIVATE, bytes, MODE);
    assertThat(id).isNotNegative();
    address = Libc.call(SyscallNumber.SHMAT, id, 0, 0);
    assertThat(address).isPositive();
  }

  int id() {
    return id;
  }

  void remove() {
    assertThat(Libc.call(SyscallNumber.SHMCTL, id, IPC_RMID, 0)).isZero();
  }

  /** The test's process has it no more. */
  void detach() {
    assertThat(Libc.call(SyscallNumber.SHMDT, address)).isZero();
  }

  /** Whether the kernel has it. */
  boolean isThere() {
    return SharedSegment.of(id) != null;
  }

  @Override
  public void close() {
    Libc.call(SyscallNumber.SHMDT, address);
    Libc.call(SyscallNumber.SHMCTL, id, IPC_RMID, 0);
  }
}
