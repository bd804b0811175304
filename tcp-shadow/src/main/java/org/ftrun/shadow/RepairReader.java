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
 * <p>Repair also forces SO_REUSEADDR and clears it at the end; it is put back, else a restarted
 * listener could not bind. Needs CAP_NET_ADMIN and the permission to ptrace the process. One thread
 * at a time: the primary's tracer.
 */
public final class RepairReader {
  private static final Logger LOG = LoggerFactory.getLogger(RepairReader.class);
  private static final int TCP = SocketAbi.IPPROTO_TCP;

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
        return new SocketReading.Refused(false, "not a TCP socket");
      }
      TcpInfo info = socket.info();
      if (info.state() == KernelTcpState.LISTEN) {
        return new SocketReading.Refused(true, "a listening socket");
      }
      SocketPositions positions = socket.positions(info);
      Endpoint local = socket.local();
      Optional<Endpoint> remote = socket.remote();
      withheld = "";
      Optional<RepairReading> sequences = repairReading(socket, positions.info());
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
      return new SocketReading.Refused(true, refused.getMessage());
    }
  }

  private Optional<RepairReading> repairReading(BorrowedSocket socket, TcpInfo info)
      throws SocketCallException {
    KernelTcpState state = info.state();
    if (state == KernelTcpState.CLOSE) {
      withheld = "not connected";
    } else if (info.notSentBytes() > 0) {
      withheld = "unsent bytes in the send queue";
    } else if (socket.option(TCP, SocketAbi.TCP_REPAIR) != SocketAbi.TCP_REPAIR_OFF) {
      withheld = "somebody else repairs the socket";
    } else {
      return underRepair(socket, info);
    }
    return Optional.empty();
  }

  private Optional<RepairReading> underRepair(BorrowedSocket socket, TcpInfo info)
      throws SocketCallException {
    int reuse = socket.option(SocketAbi.SOL_SOCKET, SocketAbi.SO_REUSEADDR);
    try {
      socket.setOption(TCP, SocketAbi.TCP_REPAIR, SocketAbi.TCP_REPAIR_ON);
    } catch (SocketCallException refused) {
      withheld = "TCP_REPAIR refused: " + refused.getMessage();
      return Optional.empty();
    }
    try {
      return Optional.of(queues(socket, info));
    } catch (SocketCallException refused) {
      withheld = refused.getMessage();
      return Optional.empty();
    } finally {
      endRepair(socket, reuse);
    }
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

  private static RepairReading queues(BorrowedSocket socket, TcpInfo info)
      throws SocketCallException {
    RepairWindow window = socket.window();
    int segmentLimit = socket.option(TCP, SocketAbi.TCP_MAXSEG);
    long timestamp = unsigned(socket.option(TCP, SocketAbi.TCP_TIMESTAMP));
    Counted received = counted(socket, SocketAbi.TCP_RECV_QUEUE, info);
    Counted sent = counted(socket, SocketAbi.TCP_SEND_QUEUE, received.positions.info());
    boolean opening = received.positions.info().state().isOpening();
    return new RepairReading(
        opening,
        sent.sequence,
        received.sequence,
        RepairReading.wrapped(sent.sequence - sent.writtenSinceOrigin()),
        RepairReading.wrapped(received.sequence - 1 - received.positions.info().bytesReceived()),
        segmentLimit,
        timestamp,
        window);
  }

  /** A queue's sequence number, and the counters of the moment it was read. */
  private record Counted(long sequence, SocketPositions positions) {

    /**
     * Numbers between the origin of the acknowledged count and the end of the send queue. While
     * SYN_SENT, SIOCOUTQ is 0 although the SYN is in the queue (tcp_ioctl in net/ipv4/tcp.c).
     */
    long writtenSinceOrigin() {
      boolean synQueued = positions.info().state() == KernelTcpState.SYN_SENT;
      return positions.accepted() + (synQueued ? 1 : 0);
    }
  }

  private static Counted counted(BorrowedSocket socket, int queue, TcpInfo latest)
      throws SocketCallException {
    socket.setOption(TCP, SocketAbi.TCP_REPAIR_QUEUE, queue);
    TcpInfo before = latest;
    for (int i = 0; i < BorrowedSocket.MAXIMUM_READINGS; i++) {
      long sequence = unsigned(socket.option(TCP, SocketAbi.TCP_QUEUE_SEQ));
      SocketPositions after = socket.positionsNow();
      if (before.sameCounts(after.info())) {
        return new Counted(sequence, after);
      }
      before = after.info();
    }
    throw new SocketCallException("sequence numbers that do not stand still", 0);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
