package org.ftrun.shadow;

import java.nio.ByteBuffer;

/**
 * The part of {@code struct tcp_info} (linux/tcp.h) that the shadow uses.
 *
 * @param state the kernel's state
 * @param options what both sides agreed to in the handshake, {@code TCPI_OPT_} bits
 * @param sendWindowScale shift of the windows that the peer announces, 0..14
 * @param receiveWindowScale shift of the windows that we announce, 0..14
 * @param sendSegmentSize bytes of payload in the largest segment we send now
 * @param receiveSegmentSize the kernel's estimate of the peer's segment size, bytes
 * @param bytesAcked sequence numbers that the peer acknowledged: bytes, our FIN, and the SYN of an
 *     active open
 * @param bytesReceived sequence numbers received in order: bytes and the peer's FIN
 * @param notSentBytes sequence numbers in the send queue that never left
 * @param bytesSent bytes of payload sent, with repetitions, without SYN and FIN
 * @param bytesRetransmitted bytes of payload sent again
 */
public record TcpInfo(
    KernelTcpState state,
    int options,
    int sendWindowScale,
    int receiveWindowScale,
    int sendSegmentSize,
    int receiveSegmentSize,
    long bytesAcked,
    long bytesReceived,
    long notSentBytes,
    long bytesSent,
    long bytesRetransmitted) {

  static final int STATE = 0;
  static final int OPTIONS = 5;

  /** A byte of two bit fields: send scale in the low half, receive scale in the high half. */
  static final int WINDOW_SCALES = 6;

  static final int SEND_MSS = 16;
  static final int RECEIVE_MSS = 20;
  static final int BYTES_ACKED = 120;
  static final int BYTES_RECEIVED = 128;
  static final int NOT_SENT_BYTES = 144;
  static final int BYTES_SENT = 200;
  static final int BYTES_RETRANSMITTED = 208;

  /** Bytes of the structure that must be there: Linux 4.19 and later fill that much. */
  static final int SIZE = 216;

  /** Reads the structure that starts at {@code position}. */
  static TcpInfo of(ByteBuffer memory, int position) {
    int scales = memory.get(position + WINDOW_SCALES);
    return new TcpInfo(
        KernelTcpState.of(memory.get(position + STATE)),
        memory.get(position + OPTIONS) & 0xff,
        scales & 0xf,
        scales >> 4 & 0xf,
        memory.getInt(position + SEND_MSS),
        memory.getInt(position + RECEIVE_MSS),
        memory.getLong(position + BYTES_ACKED),
        memory.getLong(position + BYTES_RECEIVED),
        Integer.toUnsignedLong(memory.getInt(position + NOT_SENT_BYTES)),
        memory.getLong(position + BYTES_SENT),
        memory.getLong(position + BYTES_RETRANSMITTED));
  }

  /** Whether both sides send timestamps. */
  public boolean hasTimestamps() {
    return (options & SocketAbi.TCPI_OPT_TIMESTAMPS) != 0;
  }

  /** Whether both sides allow selective acknowledgements. */
  public boolean hasSelectiveAcknowledgements() {
    return (options & SocketAbi.TCPI_OPT_SACK) != 0;
  }

  /** Whether both sides scale their windows. */
  public boolean hasWindowScaling() {
    return (options & SocketAbi.TCPI_OPT_WSCALE) != 0;
  }

  /** Whether nothing that counts bytes moved between this reading and {@code other}. */
  boolean sameCounts(TcpInfo other) {
    return state == other.state
        && bytesAcked == other.bytesAcked
        && bytesReceived == other.bytesReceived;
  }
}
