package org.ftrun.shadow;

import java.util.Optional;
import org.ftrun.tracer.libc.NativeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads identity, options and sequence numbers of a TCP socket of the service.
 *
 * <p>While a socket is under repair, send and receive fail (EINVAL, EPERM). So no thread of the
 * service may be able to reach the socket during {@link #read}: the caller has stopped them all.
 * The network may: segments come, are acknowledged and queued as always. Only unsent bytes would
 * suffer (tcp_write_xmit takes them for sent while the send queue is under repair), so a socket
 * that has some is left alone and its numbers stay unknown.
 *
 * <p>Should the daemon be killed within, nobody ends the repair: the service, which goes on by
 * itself, could not use that one connection any more. No other process can be held ready to end it
 * at a reasonable price, so the window holds nothing but the eight calls that need it: some
 * microseconds for a connection. Whatever can be read outside is, and no reading is repeated
 * within: when the counters have moved meanwhile, the repair is ended first and begun again.
 *
 * <p>Repair also forces SO_REUSEADDR and clears it at the end; it is put back, else a restarted
 * listener could not bind. Needs CAP_NET_ADMIN and the permission to ptrace the process. One thread
 * at a time: the primary's tracer.
 */
public final class RepairReader {
  private static final Logger LOG = LoggerFactory.getLogger(RepairReader.class);
  private static final int TCP = SocketAbi.IPPROTO_TCP;

  /** How often the numbers are read while the counters move, before giving up. */
  private static final int MAXIMUM_WINDOWS = 100;

  private final NativeMemory scratch = BorrowedSocket.scratch();

  /** Why the last {@link #repairReading} gave nothing. */
  private String withheld = "";

  /**
   * Reads a socket. It never fails: what cannot be read is said in the answer.
   *
   * @param pid the process whose table has the descriptor, all its threads stopped
   */
  public SocketReading read(int pid, int descriptor) {
    try (BorrowedSocket socket = BorrowedSocket.borrow(pid, descriptor, scratch)) {
      if (!socket.isTcp()) {
        return new SocketReading.Refused("not a TCP socket");
      }
      TcpInfo info = socket.info();
      if (info.state() == KernelTcpState.LISTEN) {
        return new SocketReading.Listening();
      }
      SocketPositions positions = socket.positions(info);
      Endpoint local = socket.local();
      Optional<Endpoint> remote = socket.remote();
      withheld = "";
      Optional<RepairReading> sequences = repairReading(socket, positions);
      return new ConnectionReading(
          local,
          remote,
          positions.info(),
          positions.consumed(),
          positions.accepted(),
          positions.countsSyn(),
          sequences,
          withheld);
    } catch (SocketCallException refused) {
      return new SocketReading.Refused(refused.getMessage());
    }
  }

  private Optional<RepairReading> repairReading(BorrowedSocket socket, SocketPositions positions)
      throws SocketCallException {
    TcpInfo info = positions.info();
    KernelTcpState state = info.state();
    if (state == KernelTcpState.CLOSE) {
      withheld = "not connected";
    } else if (info.notSentBytes() > 0) {
      withheld = "unsent bytes in the send queue";
    } else if (socket.option(TCP, SocketAbi.TCP_REPAIR) != SocketAbi.TCP_REPAIR_OFF) {
      withheld = "somebody else repairs the socket";
    } else {
      return underRepair(socket, positions);
    }
    return Optional.empty();
  }

  private Optional<RepairReading> underRepair(BorrowedSocket socket, SocketPositions latest)
      throws SocketCallException {
    int reuse = socket.option(SocketAbi.SOL_SOCKET, SocketAbi.SO_REUSEADDR);
    long timestamp = unsigned(socket.option(TCP, SocketAbi.TCP_TIMESTAMP));
    SocketPositions before = latest;
    for (int i = 0; i < MAXIMUM_WINDOWS; i++) {
      Numbers numbers = numbers(socket, reuse);
      if (numbers == null) {
        return Optional.empty();
      }
      SocketPositions after = socket.positions(socket.info());
      if (before.info().sameCounts(after.info())) {
        return Optional.of(reading(numbers, timestamp, after));
      }
      before = after;
    }
    withheld = "sequence numbers that do not stand still";
    return Optional.empty();
  }

  /** What only a socket under repair tells. */
  private record Numbers(RepairWindow window, int segmentLimit, long received, long sent) {}

  /** Reads the numbers in one window of repair; null if they are withheld. */
  private Numbers numbers(BorrowedSocket socket, int reuse) throws SocketCallException {
    try {
      socket.setOption(TCP, SocketAbi.TCP_REPAIR, SocketAbi.TCP_REPAIR_ON);
    } catch (SocketCallException refused) {
      withheld = "TCP_REPAIR refused: " + refused.getMessage();
      return null;
    }
    try {
      return new Numbers(
          socket.window(),
          socket.option(TCP, SocketAbi.TCP_MAXSEG),
          sequence(socket, SocketAbi.TCP_RECV_QUEUE),
          sequence(socket, SocketAbi.TCP_SEND_QUEUE));
    } catch (SocketCallException refused) {
      withheld = refused.getMessage();
      return null;
    } finally {
      endRepair(socket, reuse);
    }
  }

  private static long sequence(BorrowedSocket socket, int queue) throws SocketCallException {
    socket.setOption(TCP, SocketAbi.TCP_REPAIR_QUEUE, queue);
    return unsigned(socket.option(TCP, SocketAbi.TCP_QUEUE_SEQ));
  }

  private static void endRepair(BorrowedSocket socket, int reuse) throws SocketCallException {
    try {
      socket.setOption(TCP, SocketAbi.TCP_REPAIR, SocketAbi.TCP_REPAIR_OFF_NO_WP);
    } catch (SocketCallException refused) {
      LOG.error("cannot end the repair of a connection, trying once more", refused);
      socket.setOption(TCP, SocketAbi.TCP_REPAIR, SocketAbi.TCP_REPAIR_OFF);
    }
    if (reuse != 0) {
      socket.setOption(SocketAbi.SOL_SOCKET, SocketAbi.SO_REUSEADDR, 1);
    }
  }

  private static RepairReading reading(Numbers numbers, long timestamp, SocketPositions then) {
    return new RepairReading(
        then.info().state().isOpening(),
        numbers.sent,
        numbers.received,
        RepairReading.wrapped(numbers.sent - writtenSinceOrigin(then)),
        RepairReading.wrapped(numbers.received - 1 - then.info().bytesReceived()),
        numbers.segmentLimit,
        timestamp,
        numbers.window);
  }

  /**
   * Numbers between the origin of the acknowledged count and the end of the send queue. While
   * SYN_SENT, SIOCOUTQ is 0 although the SYN is in the queue (tcp_ioctl in net/ipv4/tcp.c).
   */
  private static long writtenSinceOrigin(SocketPositions positions) {
    boolean synQueued = positions.info().state() == KernelTcpState.SYN_SENT;
    return positions.accepted() + (synQueued ? 1 : 0);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
