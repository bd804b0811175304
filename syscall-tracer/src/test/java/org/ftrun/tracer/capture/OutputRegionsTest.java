package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutputRegionsTest {
  private static final long BASE = 0x7000_0000_0000L;
  private static final long BUFFER = BASE + 0x100;
  private static final long LENGTH = BASE + 0x20;

  private final FakeMemory memory = new FakeMemory(BASE, 1 << 16);
  private final OutputRegions regions = new OutputRegions();

  private List<String> capture(String name, long result, long... arguments) {
    return capture(name, () -> {}, result, arguments);
  }

  /** Enters, lets the kernel do its work, leaves; gives address-offset and length. */
  private List<String> capture(String name, Runnable kernel, long result, long... arguments) {
    SyscallRow row = SyscallTable.named(name);
    long[] six = Arrays.copyOf(arguments, 6);
    regions.enter(row, six, memory);
    kernel.run();
    regions.leave(row, six, result, memory);
    List<String> found = new ArrayList<>();
    long total = 0;
    for (int i = 0; i < regions.count(); i++) {
      found.add(Long.toHexString(regions.address(i) - BASE) + "+" + regions.length(i));
      total += regions.length(i);
    }
    assertThat(regions.totalLength()).isEqualTo(total);
    return found;
  }

  @Test
  void shouldCoverAStructureWhenItsSizeIsConstant() {
    assertThat(capture("fstat", 0, 3, BUFFER)).containsExactly("100+144");
    assertThat(capture("fstat", -Errno.EBADF, 3, BUFFER)).isEmpty();
    assertThat(capture("wait4", 5, -1, 0, 0, BUFFER)).containsExactly("100+144");
  }

  @Test
  void shouldCoverTheResultWhenTheBufferIsLarger() {
    assertThat(capture("read", 7, 3, BUFFER, 4096)).containsExactly("100+7");
    assertThat(capture("read", 0, 3, BUFFER, 4096)).isEmpty();
    assertThat(capture("read", -Errno.EAGAIN, 3, BUFFER, 4096)).isEmpty();
    assertThat(capture("epoll_wait", 3, 5, BUFFER, 64, -1)).containsExactly("100+36");
  }

  @Test
  void shouldCoverTheBufferOnlyWhenTheResultIsLarger() {
    int msgTrunc = 0x20;
    assertThat(capture("recvfrom", 500, 3, BUFFER, 100, msgTrunc)).containsExactly("100+100");
    assertThat(capture("getxattr", 300, BASE, BASE, BUFFER, 0)).isEmpty();
    assertThat(capture("getxattr", 300, BASE, BASE, 0, 0)).isEmpty();
    assertThat(capture("getgroups", 12, 0, BUFFER)).isEmpty();
    assertThat(capture("getgroups", 12, 32, BUFFER)).containsExactly("100+48");
  }

  @Test
  void shouldCoverTheResultWhenTheSizeArgumentIsHuge() {
    assertThat(capture("getrandom", 256, BUFFER, -1L, 0)).containsExactly("100+256");
    assertThat(capture("getdents64", 48, 3, BUFFER, 0xffff_ffff_0000_1000L))
        .containsExactly("100+48");
  }

  @Test
  void shouldCoverWhatFitsWhenTheLengthGoesInAndOut() {
    long[] arguments = {3, BUFFER, LENGTH};
    memory.putInt(LENGTH, 128);
    assertThat(capture("getsockname", () -> memory.putInt(LENGTH, 16), 0, arguments))
        .containsExactly("100+16", "20+4");
    memory.putInt(LENGTH, 6);
    assertThat(capture("getsockname", () -> memory.putInt(LENGTH, 28), 0, arguments))
        .containsExactly("100+6", "20+4");
    memory.putInt(LENGTH, 0);
    assertThat(capture("accept", () -> memory.putInt(LENGTH, 16), 9, arguments))
        .containsExactly("20+4");
    assertThat(capture("accept4", 9, 3, 0, 0, 0)).isEmpty();
    assertThat(capture("accept", -Errno.EAGAIN, arguments)).isEmpty();
  }

  @Test
  void shouldCoverTheLengthOnlyWhenGetsockoptTellsWhatItNeeds() {
    memory.putInt(LENGTH, 4);
    assertThat(
            capture(
                "getsockopt",
                () -> memory.putInt(LENGTH, 40),
                -Errno.ERANGE,
                3,
                1,
                59,
                BUFFER,
                LENGTH))
        .containsExactly("20+4");
  }

  @Test
  void shouldFillIovecsInOrderWhenTheTransferIsPartial() {
    iovec(BASE, BUFFER, 10);
    iovec(BASE + 16, BUFFER + 0x100, 0);
    iovec(BASE + 32, BUFFER + 0x200, 20);
    iovec(BASE + 48, BUFFER + 0x300, 30);

    assertThat(capture("readv", 25, 3, BASE, 4)).containsExactly("100+10", "300+15");
    assertThat(capture("readv", 60, 3, BASE, 4)).containsExactly("100+10", "300+20", "400+30");
    assertThat(capture("preadv", 4, 3, BASE, 4)).containsExactly("100+4");
    assertThat(capture("readv", 25, 3, 0x10, 4)).isEmpty();
    assertThat(capture("readv", -Errno.EINVAL, 3, BASE, 4)).isEmpty();
  }

  @Test
  void shouldUseTheIovecsOfTheEntryWhenTheCallOverwritesThem() {
    iovec(BASE, BASE, 16);

    Runnable kernel = () -> memory.putLong(BASE, 0x4141_4141_4141_4141L).putLong(BASE + 8, -1);
    assertThat(capture("readv", kernel, 16, 3, BASE, 1)).containsExactly("0+16");
  }

  @Test
  void shouldCoverNameDataControlAndHeaderWhenAMessageIsReceived() {
    long header = BASE + 0x800;
    message(header, BUFFER, 16, BASE, 1, BUFFER + 0x100, 64);
    iovec(BASE, BUFFER + 0x200, 100);
    Runnable kernel =
        () -> memory.putInt(header + 8, 28).putLong(header + 40, 24).putInt(header + 48, 0x20);

    assertThat(capture("recvmsg", kernel, 300, 3, header, 0))
        .containsExactly("300+100", "100+16", "808+4", "200+24", "828+12");
    assertThat(capture("recvmsg", kernel, -Errno.EAGAIN, 3, header, 0)).isEmpty();
  }

  @Test
  void shouldLeaveNameAndControlOutWhenAMessageHasNone() {
    long header = BASE + 0x800;
    message(header, 0, 0, BASE, 1, 0, 0);
    iovec(BASE, BUFFER, 100);

    assertThat(capture("recvmsg", 5, 3, header, 0)).containsExactly("100+5", "828+12");
    assertThat(capture("recvmsg", 0, 3, header, 0)).containsExactly("828+12");
  }

  @Test
  void shouldCoverEachMessageWhenSeveralAreReceived() {
    long headers = BASE + 0x800;
    for (int i = 0; i < 3; i++) {
      message(headers + i * 64L, 0, 0, BASE + i * 16L, 1, 0, 0);
      iovec(BASE + i * 16L, BUFFER + i * 0x100L, 50);
    }
    Runnable kernel = () -> memory.putInt(headers + 56, 10).putInt(headers + 64 + 56, 70);

    assertThat(capture("recvmmsg", kernel, 2, 3, headers, 3, 0, 0))
        .containsExactly("100+10", "828+12", "838+4", "200+50", "868+12", "878+4");
    assertThat(capture("sendmmsg", 2, 3, headers, 3, 0)).containsExactly("838+4", "878+4");
  }

  @Test
  void shouldCoverWholeWordsWhenSetsOfDescriptorsAreWritten() {
    assertThat(capture("select", 1, 65, BUFFER, 0, BUFFER + 0x100, 0))
        .containsExactly("100+16", "200+16");
    assertThat(capture("select", 1, 64, BUFFER)).containsExactly("100+8");
    assertThat(capture("mincore", 0, 0, 8193, BUFFER)).containsExactly("100+3");
  }

  @Test
  void shouldCoverRemainingTimesWhenInterrupted() {
    int restart = Errno.ERESTART_RESTARTBLOCK;
    assertThat(capture("nanosleep", 0, BASE, BUFFER)).isEmpty();
    assertThat(capture("nanosleep", -Errno.EINTR, BASE, BUFFER)).containsExactly("100+16");
    assertThat(capture("clock_nanosleep", -restart, 0, 0, BASE, BUFFER)).containsExactly("100+16");
    assertThat(capture("nanosleep", -Errno.EFAULT, BASE, BUFFER)).isEmpty();
    assertThat(capture("select", -Errno.EBADF, 64, BUFFER, 0, 0, BUFFER + 0x100))
        .containsExactly("200+16");
    assertThat(capture("ppoll", -Errno.ERESTARTNOHAND, BUFFER, 2, BUFFER + 0x100))
        .containsExactly("100+16", "200+16");
    assertThat(capture("poll", -Errno.EINVAL, BUFFER, 1 << 30, 0)).isEmpty();
  }

  @Test
  void shouldCoverDocumentedOutputsWhenTheCallFails() {
    assertThat(capture("socketpair", -Errno.EOPNOTSUPP, 2, 1, 0, BUFFER)).containsExactly("100+8");
    assertThat(capture("waitid", -Errno.ECHILD, 0, 0, BUFFER, 4)).containsExactly("100+28");
    assertThat(capture("pipe2", -Errno.EMFILE, BUFFER, 0)).isEmpty();
  }

  @Test
  void shouldCoverIoctlOutputsWhenTheRequestIsOldOrModern() {
    assertThat(capture("ioctl", 0, 0, 0x5401, BUFFER)).containsExactly("100+36");
    assertThat(capture("ioctl", 0, 0, 0x541b, BUFFER)).containsExactly("100+4");
    assertThat(capture("ioctl", 0, 0, 0x5421, BUFFER)).isEmpty();
    assertThat(capture("ioctl", 0, 0, 0x802c_542aL, BUFFER)).containsExactly("100+44");
    assertThat(capture("ioctl", 0, 0, 0x402c_542bL, BUFFER)).isEmpty();
    assertThat(capture("ioctl", -Errno.ENOTTY, 0, 0x5401, BUFFER)).isEmpty();
    memory.putInt(BASE, 80).putLong(BASE + 8, BUFFER);
    assertThat(capture("ioctl", 0, 3, 0x8912, BASE)).containsExactly("100+80", "0+4");
  }

  @Test
  void shouldCoverCommandOutputsWhenCommandsDiffer() {
    assertThat(capture("fcntl", 0, 3, 5, BUFFER)).containsExactly("100+32");
    assertThat(capture("fcntl", 0, 3, 4, 0x800)).isEmpty();
    assertThat(capture("prctl", 0, 16, BUFFER)).containsExactly("100+16");
    assertThat(capture("prctl", 400, 0x41555856, BUFFER, 336)).containsExactly("100+336");
    assertThat(capture("arch_prctl", 0, 0x1003, BUFFER)).containsExactly("100+8");
    assertThat(capture("semctl", 0, 1, 0, 2, BUFFER)).containsExactly("100+104");
    assertThat(capture("keyctl", 30, 11, 77, BUFFER, 20)).containsExactly("100+20");
    assertThat(capture("futex", 1, BASE, 5 | 128, 1, 1, BUFFER, 0)).containsExactly("100+4");
    assertThat(capture("futex", 0, BASE, 128, 1, 0, BUFFER, 0)).isEmpty();
  }

  @Test
  void shouldCoverSizesInStructuresWhenAHandlerReadsThem() {
    assertThat(capture("msgrcv", 20, 1, BUFFER, 100)).containsExactly("100+28");
    memory.putInt(BASE, 0x2008_0522);
    assertThat(capture("capget", 0, BASE, BUFFER)).containsExactly("0+8", "100+24");
    memory.putLong(BASE + 0x40, BUFFER).putInt(BASE + 0x48, 10);
    assertThat(capture("getxattrat", 30, -100, BASE, 0, BASE, BASE + 0x40, 16))
        .containsExactly("100+10");
    memory.putInt(BUFFER, 8);
    assertThat(capture("name_to_handle_at", 0, -100, BASE, BUFFER, BASE + 0x80, 0))
        .containsExactly("100+16", "80+4");
    assertThat(capture("name_to_handle_at", -Errno.EOVERFLOW, -100, BASE, BUFFER, BASE + 0x80, 0))
        .containsExactly("100+8", "80+4");
    memory.putInt(BUFFER, 600);
    assertThat(capture("statmount", 0, BASE, BUFFER, 512, 0)).containsExactly("100+512");
  }

  @Test
  void shouldBeRawWhenOneFlatBufferIsTheOnlyOutput() {
    long[] read = {3, BUFFER, 100, 0, 0, 0};
    SyscallRow row = SyscallTable.named("read");
    assertThat(OutputRegions.isRaw(row, read)).isTrue();
    assertThat(OutputRegions.rawAddress(row, read)).isEqualTo(BUFFER);
    assertThat(OutputRegions.rawLength(row, read, 40)).isEqualTo(40);
    assertThat(OutputRegions.rawLength(row, read, 140)).isEqualTo(100);
    assertThat(OutputRegions.rawLength(row, read, -Errno.EAGAIN)).isZero();

    SyscallRow recvfrom = SyscallTable.named("recvfrom");
    assertThat(OutputRegions.isRaw(recvfrom, new long[] {3, BUFFER, 9, 0, 0, 0})).isTrue();
    assertThat(OutputRegions.isRaw(recvfrom, new long[] {3, BUFFER, 9, 0, BASE, LENGTH})).isFalse();
    assertThat(OutputRegions.isRaw(SyscallTable.named("readv"), read)).isFalse();
    assertThat(OutputRegions.isRaw(SyscallTable.named("write"), read)).isFalse();
    assertThat(OutputRegions.isRaw(SyscallTable.named("ioctl"), read)).isFalse();
  }

  @Test
  void shouldAgreeWithRegionsWhenRaw() {
    for (SyscallRow row : SyscallTable.rows()) {
      long[] arguments = {BUFFER, BUFFER, 16, 16, 0, 0};
      if (OutputRegions.isRaw(row, arguments)) {
        for (long result : new long[] {-Errno.EINTR, 0, 1, 16, 17}) {
          int length = OutputRegions.rawLength(row, arguments, result);
          regions.enter(row, arguments, memory);
          regions.leave(row, arguments, result, memory);
          assertThat(regions.totalLength()).as(row.toString()).isEqualTo(length);
          if (length > 0) {
            assertThat(regions.address(0)).isEqualTo(OutputRegions.rawAddress(row, arguments));
          }
        }
      }
    }
  }

  @Test
  void shouldRefuseToLeaveWhenItWasNotEntered() {
    SyscallRow readv = SyscallTable.named("readv");
    assertThatThrownBy(() -> regions.leave(readv, new long[6], 1, memory))
        .isInstanceOf(IllegalStateException.class);
    assertThat(regions.leave(SyscallTable.named("close"), new long[6], 0, memory).count()).isZero();
  }

  @Test
  void shouldGrowWhenThereAreManyRegions() {
    long[] arguments = {3, BASE, 1024, 0, 0, 0};
    for (int i = 0; i < 1024; i++) {
      iovec(BASE + i * 16L, BASE + 0x8000 + i, 1);
    }
    assertThat(capture("readv", 1024, arguments)).hasSize(1024).endsWith("83ff+1");
  }

  private void iovec(long at, long base, long length) {
    memory.putLong(at, base).putLong(at + 8, length);
  }

  private void message(
      long at, long name, int nameLength, long iov, long count, long control, long length) {
    memory.putLong(at, name).putInt(at + 8, nameLength);
    memory.putLong(at + 16, iov).putLong(at + 24, count);
    memory.putLong(at + 32, control).putLong(at + 40, length).putInt(at + 48, 0);
  }
}
