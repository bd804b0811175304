package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.syscall.SyscallTable;

/** A TCP socket by its descriptor, used through bare system calls as the service does. */
final class RawSocket implements AutoCloseable {
  static final int NONBLOCK = 0x800;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_LINGER = 13;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ADDRESS_SIZE = 28;
  private static final int TIME_LIMIT_SECONDS = 20;

  private final NativeMemory memory = NativeMemory.allocate(1 << 16);
  private final int family;
  final int descriptor;
  private boolean closed;

  RawSocket(int family, int descriptor) {
    this.family = family;
    this.descriptor = descriptor;
    memory.buffer().putLong(0, TIME_LIMIT_SECONDS).putLong(8, 0);
    for (int option : new int[] {SO_RCVTIMEO, SO_SNDTIMEO}) {
      call("setsockopt", SocketAbi.SOL_SOCKET, option, memory.address(), 16);
    }
  }

  static RawSocket open(int family, int flags) {
    long descriptor = Libc.call(number("socket"), family, SocketAbi.SOCK_STREAM | flags, 0);
    assertThat(descriptor).isGreaterThan(2);
    return new RawSocket(family, (int) descriptor);
  }

  /** A socket that listens on a free port of loopback. */
  static RawSocket listening(int family, int backlog) {
    RawSocket socket = open(family, 0);
    socket.bind(0);
    assertThat(socket.call("listen", backlog)).isZero();
    return socket;
  }

  static int number(String name) {
    return SyscallTable.named(name).number();
  }

  /** A call on this descriptor. */
  long call(String name, long... rest) {
    long[] all = new long[5];
    System.arraycopy(rest, 0, all, 0, rest.length);
    return Libc.call(number(name), descriptor, all[0], all[1], all[2], all[3], all[4]);
  }

  void bind(int port) {
    int length = loopback(port);
    assertThat(call("bind", memory.address(), length)).isZero();
  }

  long connect(int port) {
    int length = loopback(port);
    return call("connect", memory.address(), length);
  }

  private int loopback(int port) {
    ByteBuffer address = memory.buffer();
    for (int i = 0; i < ADDRESS_SIZE; i++) {
      address.put(i, (byte) 0);
    }
    address.putShort(0, (short) family);
    address.put(2, (byte) (port >> 8)).put(3, (byte) port);
    if (family == SocketAbi.AF_INET) {
      address.put(4, (byte) 127).put(7, (byte) 1);
      return 16;
    }
    address.put(23, (byte) 1);
    return ADDRESS_SIZE;
  }

  int port() {
    memory.buffer().putInt(64, ADDRESS_SIZE);
    assertThat(call("getsockname", memory.address(), memory.address() + 64)).isZero();
    return (memory.buffer().get(2) & 0xff) << 8 | memory.buffer().get(3) & 0xff;
  }

  RawSocket accept() {
    long accepted = call("accept4", 0, 0, 0);
    assertThat(accepted).isGreaterThan(2);
    return new RawSocket(family, (int) accepted);
  }

  /** Writes and returns what the kernel returned. */
  long write(byte[] bytes, int from, int length) {
    memory.buffer().put(0, bytes, from, length);
    return call("sendto", memory.address(), length, MSG_NOSIGNAL, 0, 0);
  }

  long write(String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return write(bytes, 0, bytes.length);
  }

  /** Reads up to {@code length} bytes into {@code target} and returns what the kernel returned. */
  long read(byte[] target, int from, int length) {
    long result = call("read", memory.address(), length);
    if (result > 0) {
      memory.buffer().get(0, target, from, (int) result);
    }
    return result;
  }

  long read(int length) {
    return read(new byte[length], 0, length);
  }

  long shutdown(int how) {
    return call("shutdown", how);
  }

  int option(int level, int option) {
    memory.buffer().putInt(0, 0).putInt(64, 4);
    assertThat(call("getsockopt", level, option, memory.address(), memory.address() + 64)).isZero();
    return memory.buffer().getInt(0);
  }

  void setOption(int level, int option, int value) {
    memory.buffer().putInt(0, value);
    assertThat(call("setsockopt", level, option, memory.address(), 4)).isZero();
  }

  /** Closes with a reset instead of a FIN. */
  void reset() {
    memory.buffer().putInt(0, 1).putInt(4, 0);
    assertThat(call("setsockopt", SocketAbi.SOL_SOCKET, SO_LINGER, memory.address(), 8)).isZero();
    close();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      assertThat(call("close")).isNotEqualTo(-Errno.EBADF);
    }
  }

  /** Two ends of a loopback connection. */
  record Pair(RawSocket accepted, RawSocket connected) implements AutoCloseable {
    static Pair of(int family) {
      try (RawSocket listener = listening(family, 5)) {
        return of(family, listener);
      }
    }

    static Pair of(int family, RawSocket listener) {
      RawSocket connected = open(family, 0);
      assertThat(connected.connect(listener.port())).isZero();
      return new Pair(listener.accept(), connected);
    }

    @Override
    public void close() {
      accepted.close();
      connected.close();
    }
  }

  /** Sockets that connect to a full listener and so stay in SYN_SENT; the last one does. */
  static List<RawSocket> fillBacklog(int family, RawSocket listener) {
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      RawSocket socket = open(family, NONBLOCK);
      sockets.add(socket);
      assertThat(socket.connect(listener.port())).isEqualTo(-Errno.EINPROGRESS);
      if (socket.kernelState() == KernelTcpState.SYN_SENT) {
        return sockets;
      }
    }
    throw new AssertionError("the backlog never filled");
  }

  KernelTcpState kernelState() {
    memory.buffer().putInt(512, 1);
    long result =
        call(
            "getsockopt",
            SocketAbi.IPPROTO_TCP,
            SocketAbi.TCP_INFO,
            memory.address(),
            memory.address() + 512);
    assertThat(result).isZero();
    return KernelTcpState.of(memory.buffer().get(0));
  }
}
