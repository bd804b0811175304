package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class SyscallTableTest {
  @Test
  void shouldHaveARowForEveryNumberWhenWithinTheTable() {
    List<SyscallRow> rows = SyscallTable.rows();

    assertThat(rows).hasSize(SyscallTable.LAST + 1).doesNotContainNull();
    for (int number = 0; number < rows.size(); number++) {
      assertThat(rows.get(number).number()).isEqualTo(number);
      assertThat(SyscallTable.row(number)).isSameAs(rows.get(number));
    }
    assertThat(rows.stream().filter(SyscallTable::isListed)).hasSize(337 + 46);
    assertThat(rows.subList(337, 424)).noneMatch(SyscallTable::isListed);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 470, 548, 1L << 40, 0x4000_0000L, 0x4000_0200L, 400})
  void shouldEndProtectionWhenTheNumberIsNotListed(long number) {
    SyscallRow row = SyscallTable.row(number);

    assertThat(row.syscallClass()).isEqualTo(SyscallClass.END_PROTECTION);
    assertThat(row.reason()).startsWith("the service uses");
    assertThat(SyscallTable.isListed(row)).isFalse();
    assertThat(SyscallTable.resolve(number, new long[6]).syscallClass())
        .isEqualTo(SyscallClass.END_PROTECTION);
  }

  @Test
  void shouldRefuseANameWhenTheTableDoesNotListIt() {
    assertThatThrownBy(() -> SyscallTable.named("no_such_call"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no_such_call");
  }

  @Test
  void shouldGiveReasonAndErrorWhenAndOnlyWhenACallIsRefused() {
    for (SyscallRow row : SyscallTable.rows()) {
      boolean denied = row.syscallClass() == SyscallClass.DENY;
      boolean ends = row.syscallClass() == SyscallClass.END_PROTECTION;
      assertThat(row.deniedErrno() != 0).as(row.toString()).isEqualTo(denied);
      assertThat(!row.reason().isEmpty()).as(row.toString()).isEqualTo(denied || ends);
    }
  }

  @Test
  void shouldNeverExecuteACallWithADescriptorInTheReplicaWhenTheTableIsShared() {
    for (SyscallRow row : SyscallTable.rows()) {
      if (row.syscallClass() == SyscallClass.BOTH && row.role() != SyscallRole.MMAP) {
        assertThat(row.descriptorArgument()).as(row.toString()).isEqualTo(-1);
        assertThat(row.makesDescriptor()).as(row.toString()).isFalse();
      }
    }
    for (String name : List.of("chdir", "fchdir", "chroot", "umask", "close", "dup", "socket")) {
      assertThat(SyscallTable.named(name).syscallClass()).isEqualTo(SyscallClass.FORWARD);
    }
  }

  @Test
  void shouldNameAHandlerWhenASizeIsLeftToOne() {
    for (SyscallRow row : SyscallTable.rows()) {
      boolean handled =
          row.arguments().stream().anyMatch(rule -> rule.size().kind() == SizeRule.Kind.HANDLER);
      if (handled) {
        assertThat(row.irregular()).as(row.toString()).isPresent();
      }
      assertThat(row.arguments().size()).as(row.toString()).isLessThanOrEqualTo(6);
    }
  }

  @Test
  void shouldMeasureEachForwardedOutputWhenTheReplicaIsToReceiveIt() {
    for (SyscallRow row : SyscallTable.rows()) {
      if (row.syscallClass() == SyscallClass.FORWARD) {
        assertThat(row.arguments())
            .as(row.toString())
            .noneMatch(rule -> rule.isOutput() && rule.size().kind() == SizeRule.Kind.NONE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "exit, EXIT_THREAD",
    "exit_group, EXIT_PROCESS",
    "rt_sigreturn, SIGNAL_RETURN",
    "restart_syscall, RESTART",
    "execve, EXEC",
    "execveat, EXEC",
    "fork, BIRTH",
    "vfork, BIRTH",
    "clone, BIRTH",
    "rt_sigaction, SIGNAL_ACTION",
    "rt_sigprocmask, SIGNAL_MASK",
    "sigaltstack, SIGNAL_STACK",
    "alarm, ALARM",
    "setitimer, ALARM",
    "mmap, MMAP",
    "mremap, MREMAP",
    "brk, BRK",
    "set_tid_address, TID_ADDRESS",
    "sched_setaffinity, AFFINITY",
    "clock_gettime, CLOCK",
    "tgkill, SIGNAL_SEND"
  })
  void shouldMarkCallsWhenTheTracerTreatsThemApart(String name, SyscallRole role) {
    assertThat(SyscallTable.named(name).role()).isEqualTo(role);
  }

  @ParameterizedTest
  @CsvSource({
    "ppoll, 3, DIRECT",
    "pselect6, 5, PAIR",
    "epoll_pwait, 4, DIRECT",
    "epoll_pwait2, 4, DIRECT",
    "rt_sigsuspend, 0, DIRECT",
    "poll, -1, NONE"
  })
  void shouldTellTheTemporaryMaskWhenACallTakesOne(String name, int argument, TemporaryMask mask) {
    SyscallRow row = SyscallTable.named(name);

    assertThat(row.temporaryMaskArgument()).isEqualTo(argument);
    assertThat(row.temporaryMask()).isEqualTo(mask);
  }

  @ParameterizedTest
  @CsvSource({
    "poll, 2, MILLISECONDS",
    "epoll_wait, 3, MILLISECONDS",
    "epoll_pwait, 3, MILLISECONDS",
    "epoll_pwait2, 3, TIMESPEC",
    "rt_sigtimedwait, 2, TIMESPEC",
    "semtimedop, 3, TIMESPEC",
    "ppoll, 2, TIMESPEC",
    "select, 4, TIMEVAL",
    "read, -1, NONE"
  })
  void shouldTellTheTimeoutWhenItIsRelative(String name, int argument, TimeoutUnit unit) {
    SyscallRow row = SyscallTable.named(name);

    assertThat(row.timeoutArgument()).isEqualTo(argument);
    assertThat(row.timeoutUnit()).isEqualTo(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "rseq, ENOSYS",
    "io_uring_setup, ENOSYS",
    "io_setup, ENOSYS",
    "clone3, ENOSYS",
    "userfaultfd, ENOSYS",
    "futex_waitv, ENOSYS",
    "perf_event_open, ENOSYS",
    "map_shadow_stack, EOPNOTSUPP"
  })
  void shouldDenyWhenProgramsFallBack(String name, String error) {
    SyscallRow row = SyscallTable.named(name);

    assertThat(row.syscallClass()).isEqualTo(SyscallClass.DENY);
    assertThat(row.deniedErrno()).isEqualTo(Errno.number(error));
    assertThat(row.resolution().deniedErrno()).isEqualTo(Errno.number(error));
  }

  @Test
  void shouldTellInputAndOutputWhenAskedAboutTransfers() {
    for (String name : List.of("read", "recvmsg", "accept4", "getdents64", "wait4")) {
      assertThat(SyscallTable.named(name).consumesInput()).as(name).isTrue();
    }
    for (String name : List.of("write", "writev", "sendto", "pwrite64", "sendfile", "splice")) {
      assertThat(SyscallTable.named(name).transfersOutput()).as(name).isTrue();
    }
    assertThat(SyscallTable.named("pread64").consumesInput()).isFalse();
    assertThat(SyscallTable.named("mmap").descriptorArgument()).isEqualTo(4);
  }
}
