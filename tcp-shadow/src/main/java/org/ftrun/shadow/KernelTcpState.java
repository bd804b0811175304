package org.ftrun.shadow;

/**
 * The kernel's own TCP state as {@code TCP_INFO} gives it (include/net/tcp_states.h); the order is
 * the kernel's numbering.
 */
public enum KernelTcpState {
  /** No such state: number 0 is unused. */
  NONE,
  /** Data flows both ways. */
  ESTABLISHED,
  /** connect(2) sent a SYN, the answer is awaited. */
  SYN_SENT,
  /** A SYN arrived and was answered; accept(2) shows it only with TCP Fast Open. */
  SYN_RECV,
  /** We sent a FIN, not yet acknowledged. */
  FIN_WAIT1,
  /** Our FIN is acknowledged, the peer may still send. */
  FIN_WAIT2,
  /** Both sides closed. A socket with a descriptor is in CLOSE instead. */
  TIME_WAIT,
  /** Never connected, reset, or closed by both sides. */
  CLOSE,
  /** The peer's FIN arrived, we may still send. */
  CLOSE_WAIT,
  /** The peer's FIN arrived, then we sent ours. */
  LAST_ACK,
  /** Accepts connections. */
  LISTEN,
  /** Both FINs crossed, ours is not yet acknowledged. */
  CLOSING,
  /** A request socket; no descriptor ever shows it. */
  NEW_SYN_RECV,
  /** A bound socket in the kernel's bind table; no descriptor ever shows it. */
  BOUND_INACTIVE;

  private static final KernelTcpState[] BY_NUMBER = values();

  /** The state of a number of {@code tcpi_state}; {@link #NONE} for one that is not known. */
  static KernelTcpState of(int number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : NONE;
  }

  /** Whether the handshake is still under way. */
  boolean isOpening() {
    return this == SYN_SENT || this == SYN_RECV;
  }

  /** Whether this state alone says that the peer's FIN has arrived in order. */
  boolean hasPeerFin() {
    return this == CLOSE_WAIT || this == LAST_ACK || this == CLOSING || this == TIME_WAIT;
  }

  /** Whether this state alone says that our FIN is in the send queue or beyond. */
  boolean hasOwnFin() {
    return this == FIN_WAIT1
        || this == FIN_WAIT2
        || this == CLOSING
        || this == TIME_WAIT
        || this == LAST_ACK;
  }
}
