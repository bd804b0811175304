package org.ftrun.shadow;

import java.util.Optional;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Tells from the kernel's counters whether the call under way at a member's death moved bytes that
 * the log does not have: the second opinion on the registers, and the only one where there was no
 * exit stop.
 *
 * <pre>
 *   handed out = bytes_received - SIOCINQ  - (peer's FIN arrived)
 *   accepted   = bytes_acked    + SIOCOUTQ - (our FIN queued) - (our SYN, if we opened)
 * </pre>
 *
 * <p>SIOCINQ leaves the FIN out, SIOCOUTQ has ours in. Except in state CLOSE the kernel's state
 * tells both FINs. A socket gets there by both FINs, which the kernel then still remembers
 * (SOCK_DONE), or by a reset; then the log and the rule that one call at most is under way on a
 * connection decide. What cannot be decided is said so.
 *
 * <p>Reads only; the socket is left as it was. Needs no privilege but that of pidfd_getfd(2). One
 * thread at a time.
 */
public final class InFlightOracle {
  private final NativeMemory scratch = BorrowedSocket.scratch();

  /**
   * Judges one connection. Nobody may use its socket meanwhile; the network may.
   *
   * @param pid a process that has the descriptor: the surviving member
   * @param logged the connection as of the end of the log
   */
  public InFlightVerdict judge(int pid, ShadowConnection logged) {
    if (!logged.countable()) {
      return InFlightVerdict.unknown("the log does not tell the connection's bytes");
    }
    try (BorrowedSocket socket = BorrowedSocket.borrow(pid, logged.descriptor(), scratch)) {
      if (!socket.isTcp()) {
        return InFlightVerdict.unknown("not a TCP socket");
      }
      // The peer's FIN may come between the questions: then they are asked again.
      SocketPositions before = socket.positions(socket.info());
      for (int i = 0; i < BorrowedSocket.MAXIMUM_READINGS; i++) {
        Optional<Boolean> peerFin = peerFin(socket, before.info().state(), logged);
        Optional<Boolean> ownFin = ownFin(socket, before.info().state(), logged, peerFin);
        SocketPositions after = socket.positions(before.info());
        if (before.equals(after)) {
          return new InFlightVerdict(received(after, logged, peerFin), sent(after, logged, ownFin));
        }
        before = after;
      }
      return InFlightVerdict.unknown("counters do not stand still");
    } catch (SocketCallException refused) {
      return InFlightVerdict.unknown(refused.getMessage());
    }
  }

  /** Whether bytes_received counts a FIN; nothing: not known. */
  private static Optional<Boolean> peerFin(
      BorrowedSocket socket, KernelTcpState state, ShadowConnection logged)
      throws SocketCallException {
    if (state != KernelTcpState.CLOSE) {
      return Optional.of(state.hasPeerFin());
    }
    return logged.peerFinRead() ? Optional.of(true) : socket.peerFinArrived();
  }

  /** Whether bytes_acked and SIOCOUTQ count a FIN; nothing: not known. */
  private static Optional<Boolean> ownFin(
      BorrowedSocket socket,
      KernelTcpState state,
      ShadowConnection logged,
      Optional<Boolean> peerFin)
      throws SocketCallException {
    if (state != KernelTcpState.CLOSE) {
      return Optional.of(state.hasOwnFin());
    }
    if (logged.ownFinSent()) {
      return Optional.of(true);
    }
    boolean reset =
        logged.state() == ShadowState.RESET || socket.hasPendingError() || !peerFin.orElse(false);
    return reset ? Optional.empty() : Optional.of(true);
  }

  private static InFlightBytes received(
      SocketPositions positions, ShadowConnection logged, Optional<Boolean> peerFin) {
    long beyond = positions.consumed() - logged.bytesReceived();
    if (peerFin.isPresent()) {
      return decided(beyond - (peerFin.get() ? 1 : 0));
    }
    // Either the number has a FIN in it or not, and it cannot be negative.
    return beyond < 0
        ? contradiction(beyond)
        : InFlightBytes.between(
            Math.max(0, beyond - 1), beyond, "reset: the peer may have closed before");
  }

  private static InFlightBytes sent(
      SocketPositions positions, ShadowConnection logged, Optional<Boolean> ownFin) {
    KernelTcpState state = positions.info().state();
    if (state.isOpening()) {
      return logged.bytesSent() == 0
          ? InFlightBytes.exactly(0)
          : InFlightBytes.unknown("bytes sent during the handshake");
    }
    int syn = logged.countsSyn() ? 1 : 0;
    long beyond = positions.accepted() - syn - logged.bytesSent();
    if (ownFin.isPresent()) {
      return decided(beyond - (ownFin.get() ? 1 : 0));
    }
    // One call was under way: one that sent bytes queued no FIN, a shutdown is worth one number.
    if (beyond == 1) {
      return InFlightBytes.between(
          0, 1, "reset: either one byte was sent or sending was shut down");
    }
    return decided(beyond);
  }

  private static InFlightBytes decided(long bytes) {
    return bytes < 0 ? contradiction(bytes) : InFlightBytes.exactly(bytes);
  }

  private static InFlightBytes contradiction(long bytes) {
    return InFlightBytes.unknown("the log has " + -bytes + " more than the kernel");
  }
}
