package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Linux is the oracle: each call is made for real on a piece of memory, and no byte may change that
 * the table does not announce. Bytes are compared under two fillings, so that none hides.
 */
@Timeout(60)
class KernelOutputsTest {
  private static final int SIZE = 0x6000;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SO_PASSCRED = 16;
  private static final int MSG_TRUNC = 0x20;
  private static final int AT_FDCWD = -100;

  /** Calls whose answer does not change from one call to the next, and has no gaps. */
  private static final Set<String> EXACT =
      Set.of(
          ("uname getrlimit prlimit64 getresuid getgroups getcwd readlink stat newfstatat "
                  + "statx sched_getaffinity sched_getparam get_robust_list prctl arch_prctl "
                  + "getitimer timerfd_gettime clock_getres epoll_wait epoll_pwait sendmmsg read "
                  + "readv")
              .split(" "));

  private final NativeMemory arena = NativeMemory.allocate(SIZE);
  private final FakeMemory memory = new FakeMemory(arena.address(), arena.buffer());

  /** Inputs, away from outputs. */
  private final long input = arena.address();

  private final long output = arena.address() + 0x4000;

  /** Prepares the arena before each of the two calls. */
  @FunctionalInterface
  private interface Preparation {
    void run();
  }

  /**
   * Makes a call twice and compares what changed with the regions.
   *
   * @return the result of the second call
   */
  private long check(String name, Preparation preparation, long... arguments) {
    SyscallRow row = SyscallTable.named(name);
    long[] six = Arrays.copyOf(arguments, 6);
    BitSet changed = new BitSet();
    BitSet announced = new BitSet();
    long result = 0;
    for (byte filling : new byte[] {0x5a, (byte) 0xa5}) {
      byte[] filled = new byte[SIZE];
      Arrays.fill(filled, filling);
      arena.buffer().put(0, filled);
      preparation.run();
      byte[] before = new byte[SIZE];
      arena.buffer().get(0, before);
      OutputRegions regions = new OutputRegions();
      regions.enter(row, six, memory);
      result = Libc.call(row.number(), six[0], six[1], six[2], six[3], six[4], six[5]);
      byte[] after = new byte[SIZE];
      arena.buffer().get(0, after);
      for (int i = 0; i < SIZE; i++) {
        if (after[i] != before[i]) {
          changed.set(i);
        }
      }
      regions.leave(row, six, result, memory);
      for (int i = 0; i < regions.count(); i++) {
        int start = (int) (regions.address(i) - arena.address());
        announced.set(start, start + regions.length(i));
      }
    }
    BitSet missed = (BitSet) changed.clone();
    missed.andNot(announced);
    assertThat(missed).as("bytes that %s wrote unannounced", name).isEqualTo(new BitSet());
    if (EXACT.contains(name)) {
      assertThat(announced).as("bytes announced for %s", name).isEqualTo(changed);
    }
    return result;
  }

  private long check(String name, long... arguments) {
    return check(name, () -> {}, arguments);
  }

  private static long call(long number, long... arguments) {
    long[] six = Arrays.copyOf(arguments, 6);
    long result = Libc.call(number, six[0], six[1], six[2], six[3], six[4], six[5]);
    assertThat(result).as("set-up call %d", number).isGreaterThanOrEqualTo(0);
    return result;
  }

  private static void close(long... descriptors) {
    for (long descriptor : descriptors) {
      call(SyscallNumber.CLOSE, descriptor);
    }
  }

  private long[] pair(int number, long... arguments) {
    NativeMemory two = NativeMemory.allocate(8);
    long[] withAddress = Arrays.copyOf(arguments, arguments.length + 1);
    withAddress[arguments.length] = two.address();
    call(number, withAddress);
    return new long[] {two.buffer().getInt(0), two.buffer().getInt(4)};
  }

  private long[] socketPair(int type) {
    return pair(SyscallNumber.SOCKETPAIR, AF_UNIX, type, 0);
  }

  private void send(long descriptor, int length) {
    NativeMemory data = NativeMemory.of(ByteBuffer.allocateDirect(length));
    call(SyscallNumber.WRITE, descriptor, data.address(), length);
  }

  private void path(String text) {
    for (int i = 0; i < text.length(); i++) {
      memory.putByte(input + i, text.charAt(i));
    }
    memory.putByte(input + text.length(), 0);
  }

  @Test
  void shouldAnnounceWhatSystemQueriesWrite() {
    assertThat(check("uname", output)).isZero();
    assertThat(check("sysinfo", output)).isZero();
    assertThat(check("times", output)).isPositive();
    assertThat(check("getrusage", 0, output)).isZero();
    assertThat(check("getrlimit", 7, output)).isZero();
    assertThat(check("prlimit64", 0, 7, 0, output)).isZero();
    assertThat(check("getresuid", output, output + 64, output + 128)).isZero();
    assertThat(check("getgroups", 64, output)).isGreaterThanOrEqualTo(0);
    assertThat(check("getgroups", 0, output)).isGreaterThanOrEqualTo(0);
    assertThat(check("getcpu", output, output + 64, 0)).isZero();
    assertThat(check("getcwd", output, 4096)).isPositive();
    assertThat(check("getrandom", output, 100, 0)).isEqualTo(100);
    assertThat(check("sched_getaffinity", 0, 1024, output)).isPositive();
    assertThat(check("sched_getparam", 0, output)).isZero();
    assertThat(check("sched_getattr", 0, output, 48, 0)).isZero();
    assertThat(check("sched_getattr", 0, output, 200, 0)).isZero();
    assertThat(check("sched_rr_get_interval", 0, output)).isZero();
    assertThat(check("get_robust_list", 0, output, output + 64)).isZero();
    assertThat(check("prctl", 16, output)).isZero();
    assertThat(check("prctl", 2, output)).isZero();
    assertThat(check("prctl", 25, output)).isZero();
    assertThat(check("arch_prctl", 0x1003, output)).isZero();
    assertThat(check("mincore", input & -4096L, 3 * 4096, output)).isZero();
  }

  @Test
  void shouldAnnounceWhatClocksAndTimersWrite() {
    assertThat(check("clock_gettime", 1, output)).isZero();
    assertThat(check("clock_getres", 1, output)).isZero();
    assertThat(check("gettimeofday", output, output + 64)).isZero();
    assertThat(check("time", output)).isPositive();
    assertThat(check("getitimer", 1, output)).isZero();
    assertThat(check("adjtimex", () -> memory.putInt(output, 0), output)).isNotNegative();
    long timer = call(SyscallNumber.TIMERFD_CREATE, 1, 0);
    assertThat(check("timerfd_gettime", timer, output)).isZero();
    close(timer);
    Preparation shortTime = () -> memory.putLong(input, 0).putLong(input + 8, 1000);
    assertThat(check("nanosleep", shortTime, input, output)).isZero();
    assertThat(check("clock_nanosleep", shortTime, 1, 0, input, output)).isZero();
  }

  @Test
  void shouldAnnounceWhatFileQueriesWrite() {
    assertThat(check("stat", () -> path("/"), input, output)).isZero();
    assertThat(check("newfstatat", () -> path("/"), AT_FDCWD, input, output, 0)).isZero();
    assertThat(check("statx", () -> path("/"), AT_FDCWD, input, 0, 0xfff, output)).isZero();
    assertThat(check("statfs", () -> path("/"), input, output)).isZero();
    assertThat(check("readlink", () -> path("/proc/self/exe"), input, output, 5)).isEqualTo(5);
    assertThat(check("getxattr", () -> path("/"), input, input, output, 64)).isNegative();
    assertThat(check("listxattr", () -> path("/"), input, output, 64)).isLessThan(65);
    Preparation handle =
        () -> {
          path("/");
          memory.putInt(output, 0);
        };
    assertThat(check("name_to_handle_at", handle, AT_FDCWD, input, output, output + 512, 0))
        .isNegative();
    path("/proc/self/fd");
    long directory = call(SyscallNumber.OPENAT, AT_FDCWD, input, 0x10000);
    assertThat(check("fstat", directory, output)).isZero();
    assertThat(check("getdents64", directory, output, 4096)).isNotNegative();
    close(directory);
  }

  @Test
  void shouldAnnounceWhatReadsWrite() {
    long[] pipe = pair(SyscallNumber.PIPE);
    assertThat(check("read", () -> send(pipe[1], 30), pipe[0], output, 100)).isEqualTo(30);
    Preparation vectors =
        () -> {
          send(pipe[1], 25);
          memory.putLong(input, output).putLong(input + 8, 10);
          memory.putLong(input + 16, output + 64).putLong(input + 24, 100);
        };
    assertThat(check("readv", vectors, pipe[0], input, 2)).isEqualTo(25);
    assertThat(check("ioctl", () -> send(pipe[1], 5), pipe[0], 0x541b, output)).isZero();
    assertThat(check("ioctl", pipe[0], 0x5401, output)).isEqualTo(-Errno.ENOTTY);
    close(pipe);
  }

  @Test
  void shouldAnnounceWhatWaitsWrite() {
    long[] pipe = pair(SyscallNumber.PIPE);
    send(pipe[1], 1);
    Preparation poll = () -> memory.putInt(output, (int) pipe[0]).putInt(output + 4, 1);
    assertThat(check("poll", poll, output, 1, 0)).isEqualTo(1);
    Preparation timed =
        () -> {
          poll.run();
          memory.putLong(output + 64, 5).putLong(output + 72, 0);
        };
    assertThat(check("ppoll", timed, output, 1, output + 64, 0, 8)).isEqualTo(1);
    Preparation sets =
        () -> {
          Arrays.stream(new long[] {0, 64, 128}).forEach(at -> clear(output + at, 64));
          long word = output + pipe[0] / 64 * 8;
          memory.putLong(word, 1L << (pipe[0] % 64));
          memory.putLong(output + 256, 1).putLong(output + 264, 0);
        };
    long nfds = pipe[0] + 1;
    assertThat(check("select", sets, nfds, output, output + 64, output + 128, output + 256))
        .isEqualTo(1);
    assertThat(check("pselect6", sets, nfds, output, 0, 0, output + 256, 0)).isEqualTo(1);
    Preparation closed =
        () -> {
          sets.run();
          memory.putLong(output, -1);
        };
    assertThat(check("select", closed, 512, output, 0, 0, output + 256)).isEqualTo(-Errno.EBADF);
    long epoll = call(SyscallNumber.EPOLL_CREATE1, 0);
    memory.putInt(input, 1).putLong(input + 4, 77);
    call(SyscallNumber.EPOLL_CTL, epoll, 1, pipe[0], input);
    assertThat(check("epoll_wait", epoll, output, 8, 0)).isEqualTo(1);
    assertThat(check("epoll_pwait", epoll, output, 8, 0, 0, 8)).isEqualTo(1);
    close(epoll, pipe[0], pipe[1]);
    assertThat(check("waitid", 1, 1, output, 4, output + 256)).isEqualTo(-Errno.ECHILD);
    assertThat(check("wait4", 1, output, 0, output + 256)).isEqualTo(-Errno.ECHILD);
    assertThat(check("rt_sigpending", output, 8)).isZero();
  }

  private void clear(long address, int length) {
    for (int i = 0; i < length; i += 8) {
      memory.putLong(address + i, 0);
    }
  }

  @Test
  void shouldAnnounceWhatSocketQueriesWrite() {
    long socket = call(SyscallNumber.SOCKET, AF_INET, SOCK_STREAM, 0);
    memory.putLong(input, AF_INET).putLong(input + 8, 0);
    call(SyscallNumber.BIND, socket, input, 16);
    for (int length : new int[] {0, 5, 16, 128}) {
      Preparation size = () -> memory.putInt(output + 256, length);
      assertThat(check("getsockname", size, socket, output, output + 256)).isZero();
      assertThat(memory.getInt(output + 256)).isEqualTo(16);
    }
    Preparation size = () -> memory.putInt(output + 256, 4);
    assertThat(check("getsockopt", size, socket, SOL_SOCKET, SO_TYPE, output, output + 256))
        .isZero();
    assertThat(check("getsockopt", size, socket, 6, 11, output, output + 256)).isZero();
    assertThat(check("getsockopt", size, socket, SOL_SOCKET, 999, output, output + 256))
        .isEqualTo(-Errno.ENOPROTOOPT);
    assertThat(check("getpeername", size, socket, output, output + 256)).isEqualTo(-Errno.ENOTCONN);
    assertThat(check("socketpair", AF_INET, SOCK_STREAM, 0, output)).isEqualTo(-Errno.EOPNOTSUPP);
    Preparation list = () -> memory.putInt(input, 4 * 40).putLong(input + 8, output);
    assertThat(check("ioctl", list, socket, 0x8912, input)).isZero();
    close(socket);
  }

  @Test
  void shouldAnnounceWhatReceivedMessagesWrite() {
    long[] sockets = socketPair(SOCK_DGRAM);
    memory.putInt(input, 1);
    call(SyscallNumber.SETSOCKOPT, sockets[0], SOL_SOCKET, SO_PASSCRED, input, 4);
    Preparation one =
        () -> {
          send(sockets[1], 300);
          message(input, 0);
        };
    assertThat(check("recvmsg", one, sockets[0], input, 0)).isEqualTo(150);
    assertThat(check("recvmsg", one, sockets[0], input, MSG_TRUNC)).isEqualTo(300);
    Preparation small =
        () -> {
          send(sockets[1], 300);
          memory.putInt(output + 0x800, 64);
        };
    assertThat(
            check(
                "recvfrom", small, sockets[0], output, 10, MSG_TRUNC, output + 64, output + 0x800))
        .isEqualTo(300);
    Preparation several =
        () -> {
          send(sockets[1], 20);
          send(sockets[1], 300);
          message(input, 0);
          message(input + 64, 1);
          message(input + 128, 2);
        };
    int dontWait = 0x40;
    assertThat(check("recvmmsg", several, sockets[0], input, 3, dontWait, 0)).isEqualTo(2);
    assertThat(check("recvmsg", () -> message(input, 0), sockets[0], input, dontWait))
        .isEqualTo(-Errno.EAGAIN);
    close(sockets);
  }

  @Test
  void shouldAnnounceWhatSentMessagesWrite() {
    long[] sockets = socketPair(SOCK_DGRAM);
    Preparation several =
        () -> {
          for (int i = 0; i < 2; i++) {
            message(input + i * 64L, i);
            memory.putLong(input + i * 64L, 0).putInt(input + i * 64L + 8, 0);
            memory.putLong(input + i * 64L + 32, 0).putLong(input + i * 64L + 40, 0);
          }
        };
    assertThat(check("sendmmsg", several, sockets[1], input, 2, 0)).isEqualTo(2);
    close(sockets);
  }

  /** A msghdr with a name, two buffers of 100 and 50 bytes, and room for control data. */
  private void message(long header, int index) {
    long own = output + index * 0x400L;
    long vectors = input + 0x1000 + index * 32L;
    memory.putLong(vectors, own).putLong(vectors + 8, 100);
    memory.putLong(vectors + 16, own + 0x100).putLong(vectors + 24, 50);
    memory.putLong(header, own + 0x200).putInt(header + 8, 110);
    memory.putLong(header + 16, vectors).putLong(header + 24, 2);
    memory.putLong(header + 32, own + 0x300).putLong(header + 40, 64).putInt(header + 48, 0);
  }

  @Test
  void shouldAnnounceWhatTerminalsWrite() {
    path("/dev/ptmx");
    long terminal = call(SyscallNumber.OPENAT, AT_FDCWD, input, 0x102);
    assertThat(check("ioctl", terminal, 0x5401, output)).isZero();
    assertThat(check("ioctl", terminal, 0x5413, output)).isZero();
    assertThat(check("ioctl", terminal, 0x8004_5430L, output)).isZero();
    assertThat(check("ioctl", terminal, 0x802c_542aL, output)).isZero();
    close(terminal);
  }

  @Test
  void shouldAnnounceWhatFileCommandsWrite() {
    long file = call(SyscallNumber.MEMFD_CREATE, arenaName(), 0);
    Preparation lock =
        () -> memory.putLong(output, 1).putLong(output + 8, 0).putLong(output + 16, 0);
    assertThat(check("fcntl", lock, file, 5, output)).isZero();
    assertThat(check("fcntl", file, 16, output)).isZero();
    assertThat(check("fcntl", file, 1035, output)).isZero();
    close(file);
    Preparation version = () -> memory.putInt(output, 0x2008_0522).putInt(output + 4, 0);
    assertThat(check("capget", version, output, output + 64)).isZero();
    assertThat(check("capget", () -> memory.putLong(output, 1), output, output + 64))
        .isEqualTo(-Errno.EINVAL);
  }

  private long arenaName() {
    path("ftrun-test");
    return input;
  }
}
