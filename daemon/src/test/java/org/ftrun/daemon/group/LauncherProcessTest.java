package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LauncherProcessTest {
  private static final int INTERRUPTING = 62;
  private static final int TIMES = 50;
  private static final long PAUSE_NANOS = 200_000;

  /** The status pipe says nothing until the launcher has ended, whatever interrupts the wait. */
  @Test
  void shouldWaitForTheLauncherWhenASignalInterruptsTheWait() throws Exception {
    Libc.makeInterrupting(INTERRUPTING);
    NativeMemory pair = NativeMemory.allocate(8);
    assertThat(Libc.call(SyscallNumber.PIPE2, pair.address(), 0)).isZero();
    int readEnd = pair.buffer().getInt(0);
    int writeEnd = pair.buffer().getInt(4);
    CompletableFuture<Long> reader = new CompletableFuture<>();
    CompletableFuture<Integer> errno = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              reader.complete(Libc.call(SyscallNumber.GETTID));
              errno.complete(LauncherProcess.execErrno(readEnd));
            });
    thread.start();
    try {
      long tid = reader.get(10, TimeUnit.SECONDS);
      for (int i = 0; i < TIMES; i++) {
        assertThat(
                Libc.call(SyscallNumber.TGKILL, Libc.call(SyscallNumber.GETPID), tid, INTERRUPTING))
            .isZero();
        LockSupport.parkNanos(PAUSE_NANOS);
        assertThat(errno).isNotDone();
      }
      pair.buffer().putInt(0, Errno.ENOEXEC);
      assertThat(Libc.call(SyscallNumber.WRITE, writeEnd, pair.address(), 4)).isEqualTo(4);
      assertThat(errno.get(10, TimeUnit.SECONDS)).isEqualTo(Errno.ENOEXEC);
    } finally {
      Libc.call(SyscallNumber.CLOSE, writeEnd);
      thread.join(TimeUnit.SECONDS.toMillis(10));
      Libc.call(SyscallNumber.CLOSE, readEnd);
    }
  }

  @Test
  void shouldSayThatAllIsWellWhenTheLauncherBecameTheService() {
    NativeMemory pair = NativeMemory.allocate(8);
    assertThat(Libc.call(SyscallNumber.PIPE2, pair.address(), 0)).isZero();
    Libc.call(SyscallNumber.CLOSE, pair.buffer().getInt(4));
    assertThat(LauncherProcess.execErrno(pair.buffer().getInt(0))).isZero();
    Libc.call(SyscallNumber.CLOSE, pair.buffer().getInt(0));
    assertThat(LauncherProcess.execErrno(pair.buffer().getInt(0)))
        .as("a read that fails")
        .isEqualTo(Errno.EBADF);
  }
}
