package org.ftrun.shadow;

/**
 * Counters and queues of a connection at one instant.
 *
 * @param info the kernel's counters
 * @param unread bytes in the receive queue, the peer's FIN not counted (SIOCINQ)
 * @param unacknowledged sequence numbers in the send queue, our FIN counted (SIOCOUTQ)
 */
record SocketPositions(TcpInfo info, int unread, int unacknowledged) {

  /** What the owner has read, and the peer's FIN if it has arrived. */
  long consumed() {
    return info.bytesReceived() - unread;
  }

  /** What the owner has written, our FIN if it is queued, and the SYN of an active open. */
  long accepted() {
    return info.bytesAcked() + unacknowledged;
  }

  /**
   * Whether we opened the connection: then our SYN is among the acknowledged. Bytes sent once plus
   * bytes never sent are all that was written, so what {@link #accepted} has more is SYN and FIN.
   */
  boolean countsSyn() {
    long onceSent = info.bytesSent() - info.bytesRetransmitted();
    int fin = info.state().hasOwnFin() ? 1 : 0;
    return accepted() - info.notSentBytes() - onceSent - fin > 0;
  }
}
