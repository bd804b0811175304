package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        "accept",
        "accept4",
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
        "recvfrom",
        "sendto",
        "sendmsg",
        "recvmsg",
        "sendmmsg",
        "recvmmsg",
        "preadv2",
        "pwritev2",
        "close",
        "epoll_wait",
        "epoll_ctl",
        "poll",
        "select",
        "getsockname",
        "lseek",
        "fstat",
        "clock_gettime",
        "gettimeofday",
        "time",
        "getpid",
        "getppid",
        "getrandom",
        "uname"
      })
  void shouldBeDoneByTheStubWhenRequestLoopsMakeIt(String name) {
    assertThat(FastTable.isFast(SyscallTable.named(name))).isTrue();
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
