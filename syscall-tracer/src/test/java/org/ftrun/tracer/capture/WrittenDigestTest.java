package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.ftrun.tracer.abi.SocketLayout;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WrittenDigestTest {
  private static final long BASE = 0x10_0000L;
  private static final int SIZE = 1 << 16;
  private static final long HEADERS = BASE;
  private static final long IOVECS = BASE + 0x1000;
  private static final long CONTROL = BASE + 0x2000;
  private static final long NAME = BASE + 0x3000;
  private static final long DATA = BASE + 0x4000;

  private final FakeMemory memory = new FakeMemory(BASE, random(SIZE));
  private final WrittenDigest written = new WrittenDigest();

  private static ByteBuffer random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private long digest(String call, long... arguments) {
    return digest(memory, call, arguments);
  }

  private long digest(TraceeReader reader, String call, long... arguments) {
    return written.of(SyscallTable.named(call), Arrays.copyOf(arguments, 6), reader);
  }

  private void flip(long address) {
    memory.putByte(address, memory.getByte(address) ^ 0x80);
  }

  /** That the byte counts, and that the difference is known to be one of bytes. */
  private void assertCovered(long address, String call, long... arguments) {
    long before = digest(call, arguments);
    flip(address);
    long after = digest(call, arguments);
    flip(address);
    assertThat(WrittenDigest.isOfOtherBytes(before, after))
        .as("byte at +0x%x of %s", address - BASE, call)
        .isTrue();
    assertThat(digest(call, arguments)).isEqualTo(before);
  }

  private void assertNotCovered(long address, String call, long... arguments) {
    long before = digest(call, arguments);
    flip(address);
    assertThat(digest(call, arguments)).isEqualTo(before);
    flip(address);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 31, 32, 33, 64, 1000, 1023, 1024, 1025, 16_384, 40_001})
  void shouldCoverEachByteOfABufferAndNoOther(int length) {
    int step = Math.max(1, length / 97);
    for (int i = 0; i < length; i += step) {
      assertCovered(DATA + i, "write", 1, DATA, length);
    }
    assertCovered(DATA + length - 1, "write", 1, DATA, length);
    assertNotCovered(DATA - 1, "write", 1, DATA, length);
    assertNotCovered(DATA + length, "write", 1, DATA, length);
    assertThat(written.isWhole()).isTrue();
  }

  @Test
  void shouldBeTheDigestOfArgumentsWhenNothingIsHandedOver() {
    for (String call : new String[] {"read", "close", "getpid", "recvmsg", "fstat"}) {
      SyscallRow row = SyscallTable.named(call);
      long[] arguments = {3, DATA, 100, DATA, 5, 6};
      assertThat(digest(call, arguments)).isEqualTo(ArgumentDigest.of(row, arguments));
    }
  }

  @Test
  void shouldTellOtherArgumentsFromOtherBytes() {
    long digest = digest("write", 1, DATA, 100);
    assertThat(WrittenDigest.isOfOtherBytes(digest, digest("write", 2, DATA, 100))).isFalse();
    assertThat(WrittenDigest.isOfOtherBytes(digest, digest("write", 1, DATA, 101))).isFalse();
    assertThat(WrittenDigest.isOfOtherBytes(digest, digest("read", 1, DATA, 100))).isFalse();
    assertThat(WrittenDigest.isOfOtherBytes(digest, digest)).isFalse();
  }

  @Test
  void shouldCoverTheBuffersOfIovecs() {
    iovec(0, DATA, 100);
    iovec(1, 0, 50);
    iovec(2, DATA + 0x200, 0);
    iovec(3, DATA + 0x300, 33);
    for (String call : new String[] {"writev", "pwritev", "pwritev2"}) {
      assertCovered(DATA + 99, call, 1, IOVECS, 4);
      assertNotCovered(DATA + 100, call, 1, IOVECS, 4);
      assertNotCovered(DATA + 0x200, call, 1, IOVECS, 4);
      assertCovered(DATA + 0x300 + 32, call, 1, IOVECS, 4);
      assertThat(written.isWhole()).isTrue();
      digest(call, 1, IOVECS, SocketLayout.MAX_IOVECS + 1L);
      assertThat(written.isWhole()).isFalse();
    }
  }

  @Test
  void shouldTellWhereOneBufferEndsAndTheNextBegins() {
    iovec(0, DATA, 40);
    iovec(1, DATA + 40, 60);
    long one = digest("writev", 1, IOVECS, 2);
    iovec(0, DATA, 60);
    iovec(1, DATA + 60, 40);
    assertThat(WrittenDigest.isOfOtherBytes(one, digest("writev", 1, IOVECS, 2))).isTrue();
  }

  @Test
  void shouldCoverDataAndAddressWhenSent() {
    assertCovered(DATA + 9, "sendto", 1, DATA, 10, 0, NAME, 16);
    assertCovered(NAME + 15, "sendto", 1, DATA, 10, 0, NAME, 16);
    assertNotCovered(NAME + 16, "sendto", 1, DATA, 10, 0, NAME, 16);
    assertNotCovered(NAME, "sendto", 1, DATA, 10, 0, 0, 0);
    assertThat(written.isWhole()).isTrue();
  }

  @Test
  void shouldCoverWhatAMessageHeaderNames() {
    message(0, 0);
    iovec(0, DATA, 20);
    assertCovered(DATA + 19, "sendmsg", 1, HEADERS, 0);
    assertCovered(NAME + 11, "sendmsg", 1, HEADERS, 0);
    assertCovered(CONTROL + 23, "sendmsg", 1, HEADERS, 0);
    // The kernel does not look at the header's own flags.
    assertNotCovered(HEADERS + SocketLayout.MSGHDR_FLAGS, "sendmsg", 1, HEADERS, 0);
  }

  @Test
  void shouldCoverAllMessagesButNotTheirCountsWhenSentTogether() {
    message(0, 0);
    message(1, 1);
    iovec(0, DATA, 20);
    iovec(1, DATA + 0x100, 20);
    assertCovered(DATA + 19, "sendmmsg", 1, HEADERS, 2, 0);
    assertCovered(DATA + 0x100 + 19, "sendmmsg", 1, HEADERS, 2, 0);
    assertNotCovered(DATA + 0x100 + 19, "sendmmsg", 1, HEADERS, 1, 0);
    assertNotCovered(HEADERS + SocketLayout.MMSGHDR_BYTES, "sendmmsg", 1, HEADERS, 2, 0);
  }

  @Test
  void shouldCoverOptionsMasksAndArraysWhenAnotherArgumentMeasuresThem() {
    assertCovered(DATA + 3, "setsockopt", 1, 1, 2, DATA, 4);
    assertCovered(DATA + 15, "bind", 1, DATA, 16);
    assertCovered(DATA + 7, "rt_sigprocmask", 0, DATA, 0, 8);
    assertCovered(DATA + 3 * 6 - 1, "semop", 1, DATA, 3);
    assertCovered(DATA + 15, "set_mempolicy", 1, DATA, 65);
  }

  @Test
  void shouldCoverStructuresWhoseSizeIsFixed() {
    assertCovered(DATA + 11, "epoll_ctl", 3, 1, 4, DATA);
    assertNotCovered(DATA + 12, "epoll_ctl", 3, 1, 4, DATA);
    assertCovered(DATA + 15, "nanosleep", DATA, NAME);
    assertNotCovered(NAME, "nanosleep", DATA, NAME);
    assertCovered(DATA + 47, "sched_setattr", 0, DATA, 0);
  }

  @Test
  void shouldCoverWhatTheKernelReadsAndThenWrites() {
    assertCovered(DATA + 15, "poll", DATA, 2, 0);
    assertNotCovered(DATA + 16, "poll", DATA, 2, 0);
    assertCovered(DATA + 7, "select", 9, DATA, 0, 0, 0);
    assertCovered(NAME + 15, "select", 9, DATA, 0, 0, NAME);
    assertCovered(NAME + 3, "accept", 3, DATA, NAME);
    assertNotCovered(DATA, "accept", 3, DATA, NAME);
    assertCovered(NAME + 15, "ppoll", DATA, 2, NAME, CONTROL, 8);
    assertCovered(CONTROL + 7, "ppoll", DATA, 2, NAME, CONTROL, 8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 200, 4094, 4095})
  void shouldCoverAPathAndItsEnd(int length) {
    for (long path : new long[] {DATA, DATA + 7, DATA + 4095, BASE + SIZE - length - 1}) {
      string(path, length);
      if (length > 0) {
        assertCovered(path + length - 1, "openat", -100, path, 0, 0);
      }
      assertCovered(path + length, "openat", -100, path, 0, 0);
      assertThat(written.isWhole()).isTrue();
    }
    string(DATA, length);
    assertNotCovered(DATA + length + 1, "openat", -100, DATA, 0, 0);
  }

  @Test
  void shouldTellWhereOnePathEndsAndTheNextBegins() {
    string(DATA, 3);
    string(DATA + 8, 3);
    long one = digest("rename", DATA, DATA + 8);
    assertThat(WrittenDigest.isOfOtherBytes(one, digest("link", DATA, DATA + 8))).isFalse();
    assertCovered(DATA + 2, "rename", DATA, DATA + 8);
    assertCovered(DATA + 10, "rename", DATA, DATA + 8);
  }

  @Test
  void shouldEndWithTheLongestPathWhenThereIsNoZero() {
    string(DATA, 4096);
    assertCovered(DATA + 4095, "chdir", DATA);
    assertNotCovered(DATA + 4096, "chdir", DATA);
    string(BASE + SIZE - 100, 100, false);
    digest("chdir", BASE + SIZE - 100);
    assertThat(written.isWhole()).isFalse();
  }

  @Test
  void shouldBeTheSameWhenTheBufferCannotBeRead() {
    long end = BASE + SIZE;
    for (long bad : new long[] {8, end - 50, end, 1L << 47, (1L << 47) - 50, -1, 1L << 63}) {
      long digest = digest("write", 1, bad, 100);
      assertThat(written.isWhole()).as("0x%x", bad).isFalse();
      flip(end - 1);
      assertThat(digest("write", 1, bad, 100)).isEqualTo(digest);
    }
    digest("write", 1, 8, 0);
    assertThat(written.isWhole()).isTrue();
    digest("write", 1, 0, 100);
    assertThat(written.isWhole()).isTrue();
  }

  @Test
  void shouldEndAtItsLimitWhenACallWritesMore() {
    int size = WrittenDigest.MOST_BYTES + 100;
    FakeMemory large = new FakeMemory(BASE, random(size));
    long digest = digest(large, "write", 1, BASE, size);
    large.putByte(BASE + size - 100, large.getByte(BASE + size - 100) ^ 1);
    assertThat(digest(large, "write", 1, BASE, size)).isEqualTo(digest);
    large.putByte(BASE + size - 101, large.getByte(BASE + size - 101) ^ 1);
    assertThat(digest(large, "write", 1, BASE, size)).isNotEqualTo(digest);
  }

  private void string(long address, int length) {
    string(address, length, true);
  }

  private void string(long address, int length, boolean ends) {
    for (int i = 0; i < length; i++) {
      memory.putByte(address + i, 'a' + i % 26);
    }
    if (ends) {
      memory.putByte(address + length, 0);
    }
  }

  private void iovec(int index, long base, long length) {
    long at = IOVECS + (long) index * SocketLayout.IOVEC_SIZE;
    memory.putLong(at, base).putLong(at + 8, length);
  }

  private void message(int index, int firstIovec) {
    long at = HEADERS + (long) index * SocketLayout.MMSGHDR_SIZE;
    memory.putLong(at + SocketLayout.MSGHDR_NAME, NAME);
    memory.putInt(at + SocketLayout.MSGHDR_NAME_LENGTH, 12);
    memory.putLong(
        at + SocketLayout.MSGHDR_IOV, IOVECS + (long) firstIovec * SocketLayout.IOVEC_SIZE);
    memory.putLong(at + SocketLayout.MSGHDR_IOV_COUNT, 1);
    memory.putLong(at + SocketLayout.MSGHDR_CONTROL, CONTROL);
    memory.putLong(at + SocketLayout.MSGHDR_CONTROL_LENGTH, 24);
  }
}
