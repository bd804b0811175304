package org.ftrun.shadow;

import java.nio.ByteBuffer;

/**
 * One TCP segment as it was captured.
 *
 * @param from source port
 * @param to destination port
 * @param sequence its sequence number, 0..2^32-1
 * @param flags {@link LoopbackCapture#SYN} and such
 * @param payload bytes of data
 * @param maximumSegmentSize of the option in a SYN, -1 without it
 * @param windowScale of the option in a SYN, -1 without it
 * @param selectiveAcknowledgements whether a SYN permits them
 * @param timestamps whether it has a timestamp
 */
public record Segment(
    int from,
    int to,
    long sequence,
    int flags,
    int payload,
    int maximumSegmentSize,
    int windowScale,
    boolean selectiveAcknowledgements,
    boolean timestamps) {
  private static final int MINIMUM_HEADER = 20;

  /** Kinds of options, RFC 9293, 7323 and 2018. */
  private static final int END = 0;

  private static final int NOTHING = 1;
  private static final int MAXIMUM_SEGMENT_SIZE = 2;
  private static final int WINDOW_SCALE = 3;
  private static final int SACK_PERMITTED = 4;
  private static final int TIMESTAMPS = 8;

  /**
   * Reads a TCP header.
   *
   * @param packet in network byte order
   * @param tcp where the header begins
   * @param end where the packet ends, which may be beyond the buffer
   */
  static Segment parse(ByteBuffer packet, int tcp, int end) {
    int header = (packet.get(tcp + 12) >> 4 & 0xf) * 4;
    int segmentSize = -1;
    int scale = -1;
    boolean sack = false;
    boolean stamps = false;
    int option = tcp + MINIMUM_HEADER;
    while (option < tcp + header && packet.get(option) != END) {
      switch (packet.get(option)) {
        case MAXIMUM_SEGMENT_SIZE -> segmentSize = Short.toUnsignedInt(packet.getShort(option + 2));
        case WINDOW_SCALE -> scale = packet.get(option + 2);
        case SACK_PERMITTED -> sack = true;
        case TIMESTAMPS -> stamps = true;
        default -> {}
      }
      option += packet.get(option) == NOTHING ? 1 : packet.get(option + 1);
    }
    return new Segment(
        Short.toUnsignedInt(packet.getShort(tcp)),
        Short.toUnsignedInt(packet.getShort(tcp + 2)),
        Integer.toUnsignedLong(packet.getInt(tcp + 4)),
        packet.get(tcp + 13) & 0xff,
        end - tcp - header,
        segmentSize,
        scale,
        sack,
        stamps);
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The sequence number after the segment: SYN, each byte and FIN have one each, 0..2^32-1. */
  public long next() {
    int ends = (has(LoopbackCapture.SYN) ? 1 : 0) + (has(LoopbackCapture.FIN) ? 1 : 0);
    return RepairReading.wrapped(sequence + payload + ends);
  }
}
