package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class CommandResolverTest {
  private static final int OWN_PID = 4711;

  private static Resolution resolve(String name, long... arguments) {
    return SyscallTable.resolve(
        SyscallTable.named(name).number(), Arrays.copyOf(arguments, 6), OWN_PID);
  }

  @ParameterizedTest
  @CsvSource({
    "0x22, 3, BOTH",
    "0x21, 3, BOTH",
    "0x02, 5, RENDEZVOUS",
    "0x02, 3, RENDEZVOUS",
    "0x01, 1, RENDEZVOUS",
    "0x01, 3, RENDEZVOUS",
    "0x03, 3, RENDEZVOUS"
  })
  void shouldClassifyMappingsWhenFlagsAndProtectionDiffer(
      String flags, long protection, SyscallClass expected) {
    Resolution resolution = resolve("mmap", 0, 4096, protection, Long.decode(flags), 3, 0);

    assertThat(resolution.syscallClass()).isEqualTo(expected);
    assertThat(resolution.role()).isEqualTo(SyscallRole.MMAP);
  }

  @Test
  void shouldSayWhatWasBornWhenCloneIsCalled() {
    assertThat(resolve("clone", 0x3d0f00).role()).isEqualTo(SyscallRole.THREAD_BIRTH);
    assertThat(resolve("clone", 0x3d0f00).syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(resolve("clone", 0x3d0b00).reason()).contains("does not share all");
    for (long child : new long[] {17, 0x120_0011, 0x4111, 0x120_1011}) {
      assertThat(resolve("clone", child).syscallClass()).isEqualTo(SyscallClass.FORWARD);
      assertThat(resolve("clone", child).role()).isEqualTo(SyscallRole.BIRTH);
    }
    // Shares memory for good, descriptors, a namespace of its own, no SIGCHLD, another's child.
    for (long odd : new long[] {0x111, 0x411, 0x2000_0011, 0x4100, 0x8011}) {
      assertThat(resolve("clone", odd).reason()).contains("child process");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "15, BOTH",
    "38, BOTH",
    "16, FORWARD",
    "1, FORWARD",
    "22, END_PROTECTION",
    "59, END_PROTECTION",
    "99999, END_PROTECTION"
  })
  void shouldClassifyPrctlWhenOptionsDiffer(long option, SyscallClass expected) {
    assertThat(resolve("prctl", option).syscallClass()).isEqualTo(expected);
  }

  @Test
  void shouldLookAtThirtyTwoBitsWhenTheKernelDoes() {
    assertThat(resolve("prctl", 0xdead_0000_0000_000fL).syscallClass())
        .isEqualTo(SyscallClass.BOTH);
    assertThat(resolve("ioctl", 3, 0x7fff_0000_0000_541bL).syscallClass())
        .isEqualTo(SyscallClass.FORWARD);
  }

  @Test
  void shouldClassifyArchPrctlWhenCodesDiffer() {
    assertThat(resolve("arch_prctl", 0x1002).syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(resolve("arch_prctl", 0x1002).role()).isEqualTo(SyscallRole.THREAD_POINTER);
    assertThat(resolve("arch_prctl", 0x1001).syscallClass()).isEqualTo(SyscallClass.END_PROTECTION);
    assertThat(resolve("arch_prctl", 0x5001).deniedErrno()).isEqualTo(Errno.EOPNOTSUPP);
  }

  @Test
  void shouldForwardIoctlsWhenTheirOutputIsKnown() {
    assertThat(resolve("ioctl", 0, 0x5401).syscallClass()).isEqualTo(SyscallClass.FORWARD);
    assertThat(resolve("ioctl", 0, 0x5409).mayBlock()).isTrue();
    assertThat(resolve("ioctl", 0, 0x8004_5430).syscallClass()).isEqualTo(SyscallClass.FORWARD);
    assertThat(resolve("ioctl", 0, 0x0000_4c03).syscallClass())
        .isEqualTo(SyscallClass.END_PROTECTION);
    assertThat(resolve("ioctl", 0, 0xc004_ae01L).reason()).contains("KVM");
    assertThat(resolve("ioctl", 0, 0x5441).makesDescriptor()).isTrue();
  }

  @Test
  void shouldTellBlockingAndDescriptorsWhenFcntlCommandsDiffer() {
    assertThat(resolve("fcntl", 3, 7).mayBlock()).isTrue();
    assertThat(resolve("fcntl", 3, 6).mayBlock()).isFalse();
    assertThat(resolve("fcntl", 3, 1030).makesDescriptor()).isTrue();
    assertThat(resolve("fcntl", 3, 3).makesDescriptor()).isFalse();
    assertThat(resolve("fcntl", 3, 777).syscallClass()).isEqualTo(SyscallClass.END_PROTECTION);
  }

  @Test
  void shouldRewriteAdviceWhenItsEffectDependsOnMemoryPressure() {
    Resolution free = resolve("madvise", 0x1000, 4096, 8);

    assertThat(free.syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(free.rewrittenArgument()).isEqualTo(2);
    assertThat(free.rewrittenValue()).isEqualTo(4);
    assertThat(resolve("madvise", 0x1000, 4096, 4).rewrittenArgument()).isEqualTo(-1);
    assertThat(resolve("madvise", 0x1000, 4096, 102).deniedErrno()).isEqualTo(Errno.EINVAL);
  }

  @ParameterizedTest
  @CsvSource({"0, -1, 0", "2, 2, 0", "4, -1, 0", "6, 2, 4"})
  void shouldTakeOffTheUnshareFlagWhenClosingARange(long flags, int argument, long value) {
    Resolution resolution = resolve("close_range", 3, 100, flags);

    assertThat(resolution.syscallClass()).isEqualTo(SyscallClass.FORWARD);
    assertThat(resolution.rewrittenArgument()).isEqualTo(argument);
    assertThat(resolution.rewrittenValue()).isEqualTo(value);
  }

  @Test
  void shouldSetOwnLimitsInBothWhenTheServiceNamesItself() {
    assertThat(resolve("prlimit64", 0, 7, 0, 0x1000).syscallClass())
        .isEqualTo(SyscallClass.FORWARD);
    assertThat(resolve("prlimit64", 0, 7, 0x1000, 0).syscallClass()).isEqualTo(SyscallClass.BOTH);
    Resolution named = resolve("prlimit64", OWN_PID, 7, 0x1000, 0);
    assertThat(named.syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(named.rewrittenArgument()).isZero();
    assertThat(named.rewrittenValue()).isZero();
    assertThat(resolve("prlimit64", OWN_PID + 1, 7, 0x1000, 0).syscallClass())
        .isEqualTo(SyscallClass.END_PROTECTION);
  }

  @Test
  void shouldSetOwnPriorityInBothWhenTheServiceNamesItself() {
    assertThat(resolve("setpriority", 0, OWN_PID, 5).syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(resolve("setpriority", 0, OWN_PID, 5).rewrittenArgument()).isEqualTo(1);
    assertThat(resolve("setpriority", 0, 1, 5).syscallClass()).isEqualTo(SyscallClass.FORWARD);
    assertThat(resolve("setpriority", 1, 0, 5).syscallClass()).isEqualTo(SyscallClass.FORWARD);
    assertThat(resolve("ioprio_set", 1, 0, 5).syscallClass()).isEqualTo(SyscallClass.BOTH);
    assertThat(resolve("sched_setscheduler", OWN_PID).rewrittenArgument()).isZero();
  }

  @Test
  void shouldTellWaitsFromWakesWhenFutexOperationsDiffer() {
    assertThat(resolve("futex", 0x1000, 128).mayBlock()).isTrue();
    assertThat(resolve("futex", 0x1000, 129).mayBlock()).isFalse();
    assertThat(resolve("futex", 0x1000, 9 | 128 | 256).mayBlock()).isTrue();
    assertThat(resolve("futex", 0x1000, 6 | 128).reason()).contains("priority-inheriting");
    assertThat(resolve("getsockopt", 3, 6, 35).deniedErrno()).isEqualTo(Errno.ENOPROTOOPT);
    assertThat(resolve("getsockopt", 3, 6, 11).syscallClass()).isEqualTo(SyscallClass.FORWARD);
  }

  @Test
  void shouldResolveEveryRowWhenArgumentsAreZero() {
    for (SyscallRow row : SyscallTable.rows()) {
      Resolution resolution = SyscallTable.resolve(row.number(), new long[6]);
      boolean refused =
          resolution.syscallClass() == SyscallClass.DENY
              || resolution.syscallClass() == SyscallClass.END_PROTECTION;
      assertThat(!resolution.reason().isEmpty()).as(row.toString()).isEqualTo(refused);
    }
  }
}
