package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FastTableTest {
  @Test
  void shouldBeForwardedAndPlainWhenTheStubCanDoIt() {
    List<SyscallRow> fast =
        SyscallTable.rows().stream().filter(row -> FastTable.isFast(row)).toList();
    assertThat(fast).hasSizeGreaterThan(30);
    assertThat(fast)
        .allSatisfy(
            row -> {
              assertThat(row.syscallClass()).isEqualTo(SyscallClass.FORWARD);
              assertThat(row.role()).isIn(SyscallRole.PLAIN, SyscallRole.CLOCK);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connect",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "rt_sigsuspend",
        "rt_sigpending",
        "rt_sigtimedwait",
        "sigaltstack",
        "signalfd",
        "signalfd4",
        "mmap",
        "munmap",
        "mprotect",
        "mremap",
        "brk",
        "clone",
        "clone3",
        "fork",
        "vfork",
        "execve",
        "execveat",
        "exit",
        "exit_group",
        "prctl",
        "arch_prctl",
        "set_tid_address",
        "setitimer",
        "alarm",
        "io_uring_setup"
      })
  void shouldGoToTheTracerWhenTheTracerHasToKnow(String name) {
    assertThat(SyscallTable.rows().stream().filter(row -> row.name().equals(name)))
        .noneMatch(FastTable::isFast);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "write",
        "pread64",
        "pwrite64",
        "readv",
        "writev",
        "preadv",
        "preadv2",
        "pwritev",
        "pwritev2",
        "recvfrom",
        "sendto",
        "recvmsg",
        "sendmsg",
        "recvmmsg",
        "sendmmsg",
        "accept",
        "accept4",
        "close",
        "shutdown",
        "sendfile",
        "splice",
        "epoll_wait",
        "epoll_pwait",
        "epoll_ctl",
        "poll",
        "ppoll",
        "select",
        "pselect6",
        "getsockopt",
        "setsockopt",
        "getsockname",
        "getpeername",
        "fcntl",
        "ioctl",
        "lseek",
        "fstat",
        "newfstatat",
        "openat",
        "clock_gettime",
        "gettimeofday",
        "time",
        "clock_nanosleep",
        "nanosleep",
        "getpid",
        "gettid",
        "getppid",
        "getuid",
        "geteuid",
        "getgid",
        "getegid",
        "getresuid",
        "getresgid",
        "getrandom",
        "umask",
        "uname"
      })
  void shouldBeDoneByTheStubWhenRequestLoopsMakeIt(String name) {
    assertThat(FastTable.isFast(SyscallTable.named(name))).isTrue();
  }

  /** Offsets of struct row: how many commands there are, and the commands. */
  @ParameterizedTest
  @CsvSource({
    "ioctl, 0x5421, FIONBIO",
    "ioctl, 0x541b, FIONREAD",
    "fcntl, 1, F_GETFD",
    "fcntl, 2, F_SETFD",
    "fcntl, 3, F_GETFL",
    "fcntl, 4, F_SETFL",
    "getsockopt, 4, SO_ERROR",
    "getsockopt, 3, SO_TYPE",
    "getsockopt, 11, TCP_INFO",
    "getsockopt, 7, SO_SNDBUF"
  })
  void shouldHaveTheCommandsThatRequestLoopsUse(String call, String command) {
    ByteBuffer table = ByteBuffer.wrap(FastTable.compile(number -> DetailRule.NONE, false));
    table.order(ByteOrder.LITTLE_ENDIAN);
    int row = SyscallTable.named(call).number() * FastTable.ROW_BYTES;
    List<Integer> commands = new ArrayList<>();
    for (int i = 0; i < table.get(row + 11); i++) {
      commands.add(Short.toUnsignedInt(table.getShort(row + 12 + 2 * i)));
    }
    assertThat(commands).contains(Integer.decode(command));
  }

  @Test
  void shouldHoldARowForEachFastCallAndNoOtherWhenCompiled() {
    byte[] table = FastTable.compile(number -> DetailRule.NONE, true);
    assertThat(table).hasSize(FastTable.ROWS * FastTable.ROW_BYTES);
    for (int number = 0; number < FastTable.ROWS; number++) {
      boolean present = (table[number * FastTable.ROW_BYTES] & 1) != 0;
      assertThat(present)
          .as("row of %d", number)
          .isEqualTo(FastTable.isFast(SyscallTable.row(number)));
    }
  }

  @Test
  void shouldHaveNoRowWhenItsDetailCannotBeMade() {
    assertThat(FastTable.compile(number -> null, true)).containsOnly(0);
  }
}
