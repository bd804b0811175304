package org.ftrun.shadow;

/**
 * What TCP_REPAIR tells about a connection: enough, with the bytes of both queues, to build it anew
 * elsewhere.
 *
 * @param opening whether the handshake was still under way
 * @param sendSequence sequence number of the next byte that the service writes, 0..2^32-1
 * @param receiveSequence sequence number of the next byte that the peer sends; 0 while opening
 * @param acknowledgedOrigin the send sequence that TCP_INFO's count of acknowledged numbers starts
 *     from: the initial one of an active open, the one after it of a passive open
 * @param receivedOrigin the peer's initial sequence number; 0 while opening
 * @param segmentLimit the segment size that was agreed to in the handshake (mss_clamp), bytes
 * @param timestamp our timestamp clock, as sent in segments, at the moment of reading
 * @param window the windows
 */
public record RepairReading(
    boolean opening,
    long sendSequence,
    long receiveSequence,
    long acknowledgedOrigin,
    long receivedOrigin,
    int segmentLimit,
    long timestamp,
    RepairWindow window) {

  /**
   * Our initial sequence number.
   *
   * @param activeOpen whether we sent the first SYN
   * @return 0..2^32-1
   */
  public long initialSendSequence(boolean activeOpen) {
    return activeOpen ? acknowledgedOrigin : wrapped(acknowledgedOrigin - 1);
  }

  /**
   * The peer's initial sequence number.
   *
   * @return 0..2^32-1, or -1: its SYN had not arrived
   */
  public long initialReceiveSequence() {
    return opening ? -1 : receivedOrigin;
  }

  /** Arithmetic of sequence numbers: modulo 2^32. */
  static long wrapped(long sequence) {
    return sequence & 0xffff_ffffL;
  }
}
