package org.ftrun.shadow;

import java.util.Optional;

/**
 * What the kernel showed of a connection while nobody used its socket, to be judged when the shadow
 * has come to the same point of the log.
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
 * @param positions the counters; nothing if they could not be had
 * @param peerFinArrived whether the peer's FIN has arrived; nothing: not known
 * @param pendingError whether the socket has an error to tell
 * @param refusal why there are no counters, else empty
 */
record InFlightEvidence(
    Optional<SocketPositions> positions,
    Optional<Boolean> peerFinArrived,
    boolean pendingError,
    String refusal) {

  static InFlightEvidence refused(String why) {
    return new InFlightEvidence(Optional.empty(), Optional.empty(), false, why);
  }

  /**
   * Judges the connection.
   *
   * @param logged the connection as of the end of the log
   */
  InFlightVerdict judge(ShadowConnection logged) {
    if (!logged.countable()) {
      return InFlightVerdict.unknown("the log does not tell the connection's bytes");
    }
    if (positions.isEmpty()) {
      return InFlightVerdict.unknown(refusal);
    }
    Optional<Boolean> peerFin = peerFin(logged);
    SocketPositions counted = positions.get();
    return new InFlightVerdict(
        received(counted, logged, peerFin), sent(counted, logged, ownFin(logged, peerFin)));
  }

  private KernelTcpState state() {
    return positions.orElseThrow().info().state();
  }

  /** Whether bytes_received counts a FIN; nothing: not known. */
  private Optional<Boolean> peerFin(ShadowConnection logged) {
    return logged.peerFinRead() ? Optional.of(true) : peerFinArrived;
  }

  /** Whether bytes_acked and SIOCOUTQ count a FIN; nothing: not known. */
  private Optional<Boolean> ownFin(ShadowConnection logged, Optional<Boolean> peerFin) {
    if (state() != KernelTcpState.CLOSE) {
      return Optional.of(state().hasOwnFin());
    }
    if (logged.ownFinSent()) {
      return Optional.of(true);
    }
    boolean reset = logged.state() == ShadowState.RESET || pendingError || !peerFin.orElse(false);
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
