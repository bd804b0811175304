package org.ftrun.shadow;

import java.util.Optional;

/**
 * A connection as the kernel showed it at one moment.
 *
 * @param local our address
 * @param remote the peer's; nothing until it answered
 * @param info the kernel's counters, options and window scales
 * @param consumed sequence numbers that the service had read: bytes, and the peer's FIN if it had
 *     arrived
 * @param accepted sequence numbers that the service had written: bytes, and our FIN and the SYN of
 *     an active open where there were any
 * @param activeOpen whether the counters show that we sent the first SYN; false while the handshake
 *     is under way
 * @param sequences what only TCP_REPAIR can tell; nothing if it could not be used, the reason being
 *     in {@code withheld}
 * @param withheld why there are no sequences, else empty
 */
public record ConnectionReading(
    Endpoint local,
    Optional<Endpoint> remote,
    TcpInfo info,
    long consumed,
    long accepted,
    boolean activeOpen,
    Optional<RepairReading> sequences,
    String withheld)
    implements SocketReading {

  /** This reading of a connection that has failed since, with the counters of then. */
  ConnectionReading closed(TcpInfo last) {
    return new ConnectionReading(
        local, remote, last, consumed, accepted, activeOpen, sequences, withheld);
  }

  /** What the handshake agreed to; nothing until it was done, and without TCP_REPAIR. */
  Optional<TcpOptions> options() {
    return sequences
        .filter(known -> !known.opening())
        .map(
            known ->
                new TcpOptions(
                    known.segmentLimit(),
                    info.hasWindowScaling(),
                    info.sendWindowScale(),
                    info.receiveWindowScale(),
                    info.hasSelectiveAcknowledgements(),
                    info.hasTimestamps()));
  }

  /** Whether both initial sequence numbers and both addresses are in it. */
  public boolean isComplete() {
    return remote.isPresent() && sequences.isPresent() && !info.state().isOpening();
  }
}
