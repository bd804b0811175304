package org.ftrun.shadow;

import java.util.Optional;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Our own descriptor of a socket in another process's table, taken by pidfd_getfd(2). Closing it
 * leaves the socket as it was. It shares everything else with the owner's descriptor: no call here
 * may consume data, errors or file status flags.
 */
final class BorrowedSocket implements AutoCloseable {
  private static final int VALUE = 16;
  private static final int LENGTH = 0;

  /** How often counters are read again while they move, before giving up. */
  static final int MAXIMUM_READINGS = 1_000;

  private static final int POLLFD_EVENTS = 4;
  private static final int POLLFD_REVENTS = 6;

  private final NativeMemory memory;
  private final int descriptor;

  private BorrowedSocket(NativeMemory memory, int descriptor) {
    this.memory = memory;
    this.descriptor = descriptor;
  }

  /** Scratch memory for {@link #borrow}; one thread at a time may use it. */
  static NativeMemory scratch() {
    return NativeMemory.allocate(VALUE + 512);
  }

  /**
   * Borrows a socket.
   *
   * @param pid a process (not a thread) that we may ptrace
   * @throws SocketCallException if there is no such process or descriptor, or no permission
   */
  static BorrowedSocket borrow(int pid, int descriptor, NativeMemory scratch)
      throws SocketCallException {
    long process = checked("pidfd_open", Libc.call(SyscallNumber.PIDFD_OPEN, pid, 0));
    try {
      long copy =
          checked("pidfd_getfd", Libc.call(SyscallNumber.PIDFD_GETFD, process, descriptor, 0));
      return new BorrowedSocket(scratch, (int) copy);
    } finally {
      Libc.call(SyscallNumber.CLOSE, process);
    }
  }

  @Override
  public void close() {
    Libc.call(SyscallNumber.CLOSE, descriptor);
  }

  /** Whether it is TCP, which is IPv4 or IPv6; false for anything else, also what is no socket. */
  boolean isTcp() {
    try {
      return option(SocketAbi.SOL_SOCKET, SocketAbi.SO_PROTOCOL) == SocketAbi.IPPROTO_TCP;
    } catch (SocketCallException notASocket) {
      return false;
    }
  }

  Endpoint local() throws SocketCallException {
    return name("getsockname", SyscallNumber.GETSOCKNAME)
        .orElseThrow(() -> new SocketCallException("getsockname", 0));
  }

  /** The peer's address; nothing while the connection is not established. */
  Optional<Endpoint> remote() throws SocketCallException {
    try {
      return name("getpeername", SyscallNumber.GETPEERNAME);
    } catch (SocketCallException refused) {
      if (refused.errno() == Errno.ENOTCONN) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private Optional<Endpoint> name(String call, int number) throws SocketCallException {
    memory.buffer().putInt(LENGTH, Endpoint.MAXIMUM_SIZE);
    checked(call, Libc.call(number, descriptor, value(), memory.address() + LENGTH));
    return Endpoint.of(memory.buffer(), VALUE);
  }

  TcpInfo info() throws SocketCallException {
    int length = fetch(SocketAbi.IPPROTO_TCP, SocketAbi.TCP_INFO, TcpInfo.SIZE);
    if (length < TcpInfo.SIZE) {
      throw new SocketCallException("TCP_INFO of " + length + " bytes", 0);
    }
    return TcpInfo.of(memory.buffer(), VALUE);
  }

  /**
   * Counters and queues of one instant: read between two TCP_INFO that agree.
   *
   * @param first counters read just before
   * @throws SocketCallException also if they never agreed
   */
  SocketPositions positions(TcpInfo first) throws SocketCallException {
    TcpInfo before = first;
    for (int i = 0; i < MAXIMUM_READINGS; i++) {
      SocketPositions after = positionsNow();
      if (before.sameCounts(after.info())) {
        return after;
      }
      before = after.info();
    }
    throw new SocketCallException("counters that do not stand still", 0);
  }

  /** The queues, then the counters: of one instant only if the counters are as before. */
  private SocketPositions positionsNow() throws SocketCallException {
    int unread = queued("SIOCINQ", SocketAbi.SIOCINQ);
    int unacknowledged = queued("SIOCOUTQ", SocketAbi.SIOCOUTQ);
    return new SocketPositions(info(), unread, unacknowledged);
  }

  private int queued(String call, int request) throws SocketCallException {
    checked(call, Libc.call(SyscallNumber.IOCTL, descriptor, request, value()));
    return memory.buffer().getInt(VALUE);
  }

  /** A four-byte option. */
  int option(int level, int option) throws SocketCallException {
    fetch(level, option, Integer.BYTES);
    return memory.buffer().getInt(VALUE);
  }

  RepairWindow window() throws SocketCallException {
    int length = fetch(SocketAbi.IPPROTO_TCP, SocketAbi.TCP_REPAIR_WINDOW, RepairWindow.SIZE);
    if (length != RepairWindow.SIZE) {
      throw new SocketCallException("TCP_REPAIR_WINDOW of " + length + " bytes", 0);
    }
    return RepairWindow.of(memory.buffer(), VALUE);
  }

  private int fetch(int level, int option, int size) throws SocketCallException {
    memory.buffer().putInt(LENGTH, size);
    checked(
        "getsockopt " + level + "/" + option,
        Libc.call(
            SyscallNumber.GETSOCKOPT,
            descriptor,
            level,
            option,
            value(),
            memory.address() + LENGTH,
            0));
    return memory.buffer().getInt(LENGTH);
  }

  void setOption(int level, int option, int value) throws SocketCallException {
    memory.buffer().putInt(VALUE, value);
    checked(
        "setsockopt " + level + "/" + option,
        Libc.call(SyscallNumber.SETSOCKOPT, descriptor, level, option, value(), Integer.BYTES, 0));
  }

  /** Whether an error waits to be told to the owner; it is not taken from it. */
  boolean hasPendingError() throws SocketCallException {
    memory.buffer().putInt(VALUE, descriptor);
    memory.buffer().putShort(VALUE + POLLFD_EVENTS, (short) 0);
    memory.buffer().putShort(VALUE + POLLFD_REVENTS, (short) 0);
    checked("poll", Libc.call(SyscallNumber.POLL, value(), 1, 0));
    return (memory.buffer().getShort(VALUE + POLLFD_REVENTS) & SocketAbi.POLLERR) != 0;
  }

  /**
   * Whether the peer's FIN has arrived, asked without consuming anything: TCP_ZEROCOPY_RECEIVE of
   * no bytes reports one byte more than SIOCINQ, or EIO when nothing is unread, exactly if it has
   * (tcp_inq_hint and tcp_zerocopy_receive in net/ipv4/tcp.c and include/net/tcp.h).
   *
   * @return nothing if a page or more is unread: then the kernel does not answer
   */
  Optional<Boolean> peerFinArrived() throws SocketCallException {
    int unread = queued("SIOCINQ", SocketAbi.SIOCINQ);
    for (int i = 0; i < ZeroCopyQuery.SIZE; i += Integer.BYTES) {
      memory.buffer().putInt(VALUE + i, 0);
    }
    try {
      int length = fetch(SocketAbi.IPPROTO_TCP, SocketAbi.TCP_ZEROCOPY_RECEIVE, ZeroCopyQuery.SIZE);
      if (length < ZeroCopyQuery.SIZE) {
        return Optional.empty();
      }
      return Optional.of(memory.buffer().getInt(VALUE + ZeroCopyQuery.UNREAD) == unread + 1);
    } catch (SocketCallException refused) {
      return refused.errno() == Errno.EIO ? Optional.of(true) : Optional.empty();
    }
  }

  private long value() {
    return memory.address() + VALUE;
  }

  private static long checked(String call, long result) throws SocketCallException {
    if (result < 0) {
      throw new SocketCallException(call, result);
    }
    return result;
  }
}
