package org.ftrun.shadow;

import java.util.Optional;

/**
 * A connection of the service as of the log; a copy that does not change.
 *
 * @param descriptor the descriptor that refers to it, the lowest of the first process that has one
 * @param state where it stands
 * @param opening how the service came by it
 * @param bytesReceived bytes that the service has read
 * @param bytesSent bytes that the service has written
 * @param peerFinRead whether the service has read the end of what the peer sends
 * @param ownFinSent whether the service has shut down sending
 * @param countable false if the bytes cannot be told from the log: the service used recvmmsg or
 *     sendmmsg, received urgent data, or the log contradicted itself
 * @param reading identity and sequence numbers; nothing while they are not yet known
 */
public record ShadowConnection(
    int descriptor,
    ShadowState state,
    Opening opening,
    long bytesReceived,
    long bytesSent,
    boolean peerFinRead,
    boolean ownFinSent,
    boolean countable,
    Optional<ConnectionReading> reading) {

  /** What is shown for what is not yet known. */
  private static final String UNKNOWN = "?";

  /** Our address and port, or "?". */
  public String local() {
    return reading.map(known -> known.local().toString()).orElse(UNKNOWN);
  }

  /** The peer's address and port, or "?". */
  public String remote() {
    return reading.flatMap(ConnectionReading::remote).map(Endpoint::toString).orElse(UNKNOWN);
  }

  /** Our initial sequence number, 0..2^32-1, or -1: not yet known. */
  public long initialSendSequence() {
    return reading
        .flatMap(ConnectionReading::sequences)
        .map(known -> known.initialSendSequence(countsSyn()))
        .orElse(-1L);
  }

  /** The peer's initial sequence number, 0..2^32-1, or -1: not yet known. */
  public long initialReceiveSequence() {
    return reading
        .flatMap(ConnectionReading::sequences)
        .map(RepairReading::initialReceiveSequence)
        .orElse(-1L);
  }

  /** What the handshake agreed to; nothing while that is not yet known. */
  public Optional<TcpOptions> options() {
    return reading.flatMap(ConnectionReading::options);
  }

  /**
   * Sequence number of the next byte that the service will write, as of the log, 0..2^32-1; -1: not
   * yet known, or not {@link #countable}.
   */
  public long sendPosition() {
    return position(initialSendSequence(), bytesSent, ownFinSent);
  }

  /**
   * Sequence number of the next byte that the service will read, as of the log, 0..2^32-1; -1: not
   * yet known, or not {@link #countable}.
   */
  public long receivePosition() {
    return position(initialReceiveSequence(), bytesReceived, peerFinRead);
  }

  /** The SYN, each byte and the FIN have one number each. */
  private long position(long initial, long bytes, boolean fin) {
    return initial < 0 || !countable
        ? -1
        : RepairReading.wrapped(initial + 1 + bytes + (fin ? 1 : 0));
  }

  /** Whether the kernel's count of acknowledged numbers has our SYN in it. */
  boolean countsSyn() {
    return switch (opening) {
      case ACCEPTED -> false;
      case CONNECTED -> true;
      case ADOPTED -> reading.map(ConnectionReading::activeOpen).orElse(false);
    };
  }
}
