package org.ftrun.shadow;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a TCP socket of the service stands as of the log. The kernel may be further: the shadow
 * knows of the peer's FIN when the service has read it, not when it arrived.
 */
public enum ShadowState {
  /** A socket that was made, is not connected, or is disconnected again. */
  UNCONNECTED(false),
  /** A socket that accepts connections. */
  LISTEN(false),
  /** connect was called, the outcome is not in the log yet. */
  SYN_SENT(false),
  /** Data may flow both ways. */
  ESTABLISHED(true),
  /** The service has read the end of what the peer sends, and may send itself. */
  PEER_CLOSED(true),
  /** The service has shut down sending, and may receive. */
  SELF_CLOSED(true),
  /** Both ends of data have been seen; only the descriptor is left. */
  BOTH_CLOSED(false),
  /** The service was told that the connection failed. */
  RESET(false),
  /** The last descriptor was closed. */
  CLOSED(false);

  private final boolean open;
  private Set<ShadowState> next = Set.of();

  static {
    UNCONNECTED.leadsTo(LISTEN, SYN_SENT, ESTABLISHED, CLOSED);
    LISTEN.leadsTo(UNCONNECTED, CLOSED);
    SYN_SENT.leadsTo(UNCONNECTED, ESTABLISHED, RESET, CLOSED);
    ESTABLISHED.leadsTo(UNCONNECTED, PEER_CLOSED, SELF_CLOSED, RESET, CLOSED);
    PEER_CLOSED.leadsTo(UNCONNECTED, BOTH_CLOSED, RESET, CLOSED);
    SELF_CLOSED.leadsTo(UNCONNECTED, BOTH_CLOSED, RESET, CLOSED);
    BOTH_CLOSED.leadsTo(UNCONNECTED, RESET, CLOSED);
    RESET.leadsTo(UNCONNECTED, CLOSED);
  }

  ShadowState(boolean open) {
    this.open = open;
  }

  private void leadsTo(ShadowState... states) {
    next = EnumSet.copyOf(Arrays.asList(states));
  }

  /** Whether the log may lead from this state to {@code state} directly. */
  public boolean mayBecome(ShadowState state) {
    return next.contains(state);
  }

  /** Whether the connection is up in at least one direction. */
  public boolean isOpen() {
    return open;
  }

  /** Whether this is a connection, or was one, and not just a socket. */
  public boolean isConnection() {
    return this != UNCONNECTED && this != LISTEN && this != CLOSED;
  }
}
