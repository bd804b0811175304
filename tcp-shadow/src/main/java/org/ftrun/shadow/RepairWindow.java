package org.ftrun.shadow;

import java.nio.ByteBuffer;

/**
 * {@code struct tcp_repair_window}: what TCP_REPAIR_WINDOW must get back when the connection is
 * rebuilt. All are unsigned 32-bit numbers.
 *
 * @param lastUpdateSequence sequence number of the segment that last updated the send window
 * @param sendWindow bytes that the peer allows us
 * @param maximumWindow the largest window that the peer ever allowed
 * @param receiveWindow bytes that we allow the peer
 * @param receiveUpdateSequence the acknowledgement with which we last announced our window
 */
public record RepairWindow(
    long lastUpdateSequence,
    long sendWindow,
    long maximumWindow,
    long receiveWindow,
    long receiveUpdateSequence) {
  static final int SIZE = 20;

  static RepairWindow of(ByteBuffer memory, int position) {
    return new RepairWindow(
        Integer.toUnsignedLong(memory.getInt(position)),
        Integer.toUnsignedLong(memory.getInt(position + 4)),
        Integer.toUnsignedLong(memory.getInt(position + 8)),
        Integer.toUnsignedLong(memory.getInt(position + 12)),
        Integer.toUnsignedLong(memory.getInt(position + 16)));
  }
}
