package org.ftrun.tracer.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.ftrun.tracer.abi.SyscallNumber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LibcTest {
  private static final int SIGURG = 23;
  private static final int EINTR = 4;
  private static final int EBADF = 9;
  private static final int ENOENT = 2;

  @Test
  void shouldReturnWhatTheKernelReturns() {
    assertThat(Libc.call(SyscallNumber.GETPID)).isEqualTo(ProcessHandle.current().pid());
    assertThat(Libc.call(SyscallNumber.CLOSE, -1)).isEqualTo(-EBADF);
    assertThat(Libc.errorText(EBADF)).isEqualTo("Bad file descriptor");
    long high = Libc.call(SyscallNumber.MMAP, 0, 4096, 3, 0x22, -1, 0);
    assertThat(high).isGreaterThan(0xffff_ffffL);
    Libc.write(high, new byte[] {7, 0, 0, 0, 0, 0, 0, 0});
    assertThat(Libc.call(SyscallNumber.MUNMAP, high, 4096)).isZero();
  }

  @Test
  void shouldGiveStatusArgumentsAndEnvironmentWhenSpawned() {
    String[] command = {"/bin/sh", "-c", "exit $(($1 + VALUE))", "sh", "30"};
    long pid = Libc.spawn(command[0], command, new String[] {"VALUE=12"});
    NativeMemory status = NativeMemory.allocate(4);
    assertThat(Libc.call(SyscallNumber.WAIT4, pid, status.address(), 0)).isEqualTo(pid);
    assertThat(status.buffer().getInt(0)).isEqualTo(42 << 8);
  }

  @Test
  void shouldSayWhyWhenNothingCanBeSpawned() {
    assertThat(Libc.spawn("/no/such/program", new String[] {"x"}, new String[0]))
        .isEqualTo(-ENOENT);
  }

  @Test
  void shouldInterruptABlockingCallWhenTheSignalIsMadeInterrupting() throws Exception {
    Libc.makeInterrupting(SIGURG);
    NativeMemory pipe = NativeMemory.allocate(8);
    assertThat(Libc.call(SyscallNumber.PIPE2, pipe.address(), 0)).isZero();
    CompletableFuture<Long> tid = new CompletableFuture<>();
    CompletableFuture<Long> result = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              NativeMemory word = NativeMemory.allocate(1);
              tid.complete(Libc.call(SyscallNumber.GETTID));
              result.complete(
                  Libc.call(SyscallNumber.READ, pipe.buffer().getInt(0), word.address(), 1));
            });
    reader.start();
    try {
      while (!result.isDone()) { // a signal that comes before the read begins is lost
        Libc.call(SyscallNumber.TGKILL, ProcessHandle.current().pid(), tid.get(), SIGURG);
        Thread.yield();
      }
      assertThat(result.get()).isEqualTo(-EINTR);
    } finally {
      Libc.call(SyscallNumber.CLOSE, pipe.buffer().getInt(4)); // the read ends, whatever happened
      reader.join();
      Libc.call(SyscallNumber.CLOSE, pipe.buffer().getInt(0));
    }
  }

  @Test
  void shouldHaveStableAddressesOfZeroedMemory() {
    NativeMemory memory = NativeMemory.allocate(16);
    assertThat(memory.address() % 8).isZero();
    assertThat(memory.buffer().order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(memory.buffer().getLong(0)).isZero();
    Libc.write(memory.address() + 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    assertThat(memory.buffer().getLong(8)).isEqualTo(1);
    ByteBuffer slice = memory.buffer().slice(8, 8);
    assertThat(NativeMemory.of(slice).address()).isEqualTo(memory.address() + 8);
  }

  @Test
  void shouldEndStringsWithANulAndArraysWithANull() throws Exception {
    NativeMemory text = NativeMemory.ofString("é");
    assertThat(text.buffer().capacity()).isEqualTo(3);
    assertThat(text.buffer().get(2)).isZero();
    NativeMemory array = NativeMemory.ofStrings(new String[] {"one", "two"});
    assertThat(array.buffer().capacity()).isEqualTo(24);
    assertThat(array.buffer().getLong(16)).isZero();
    NativeMemory pipe = NativeMemory.allocate(8);
    assertThat(Libc.call(SyscallNumber.PIPE2, pipe.address(), 0)).isZero();
    byte[] read = new byte[4];
    try {
      assertThat(
              Libc.call(SyscallNumber.WRITE, pipe.buffer().getInt(4), array.buffer().getLong(8), 4))
          .isEqualTo(4);
      NativeMemory into = NativeMemory.allocate(4);
      assertThat(Libc.call(SyscallNumber.READ, pipe.buffer().getInt(0), into.address(), 4))
          .isEqualTo(4);
      into.buffer().get(0, read);
    } finally {
      Libc.call(SyscallNumber.CLOSE, pipe.buffer().getInt(0));
      Libc.call(SyscallNumber.CLOSE, pipe.buffer().getInt(4));
    }
    assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo("two\0");
  }
}
