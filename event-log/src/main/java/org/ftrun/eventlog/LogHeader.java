package org.ftrun.eventlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** The first line of the header: written once, checked whenever a file is mapped. */
final class LogHeader {
  private static final long NOTHING_PUBLISHED = -1;

  private LogHeader() {}

  /** Checks that a new log does not overwrite anything. */
  static void requireFresh(FileChannel channel, EventLogLayout layout) throws IOException {
    long size = channel.size();
    if (size == 0) {
      return;
    }
    if (size != layout.totalBytes()) {
      throw new EventLogFormatException(
          "a new event log of " + layout.totalBytes() + " bytes in a file of " + size);
    }
    ByteBuffer header = read(channel);
    while (header.hasRemaining()) {
      if (header.get() != 0) {
        throw new EventLogFormatException("the file for a new event log is not empty");
      }
    }
  }

  /** Writes the header; the magic last, so that a header with the magic is whole. */
  static void write(LogMemory memory) {
    EventLogLayout layout = memory.layout();
    ByteBuffer index = memory.index();
    index.putInt(EventLogLayout.VERSION_OFFSET, EventLogLayout.VERSION);
    index.putInt(EventLogLayout.SLOTS_COUNT_OFFSET, layout.slots());
    index.putLong(EventLogLayout.PAYLOAD_BYTES_OFFSET, layout.payloadBytes());
    index.putLong(EventLogLayout.SEGMENT_BYTES_OFFSET, memory.ring().segmentBytes());
    memory.setRelease(EventLogLayout.CURSOR_OFFSET, NOTHING_PUBLISHED);
    for (Consumer consumer : Consumer.values()) {
      memory.setRelease(consumer.sequenceOffset(), NOTHING_PUBLISHED);
    }
    memory.setRelease(EventLogLayout.MAGIC_OFFSET, EventLogLayout.MAGIC);
  }

  /** Checks the header and maps what it describes. */
  static LogMemory map(FileChannel channel) throws IOException {
    if (channel.size() < EventLogLayout.HEADER_BYTES) {
      throw new EventLogFormatException(
          "no event log: the file has " + channel.size() + " bytes, less than a header");
    }
    ByteBuffer header = read(channel);
    if (header.getLong(EventLogLayout.MAGIC_OFFSET) != EventLogLayout.MAGIC) {
      throw new EventLogFormatException("no event log: the magic is missing");
    }
    int version = header.getInt(EventLogLayout.VERSION_OFFSET);
    if (version != EventLogLayout.VERSION) {
      throw new EventLogFormatException(
          "event log of version " + version + ", need " + EventLogLayout.VERSION);
    }
    EventLogLayout layout;
    PayloadRing ring;
    try {
      layout =
          new EventLogLayout(
              header.getInt(EventLogLayout.SLOTS_COUNT_OFFSET),
              header.getLong(EventLogLayout.PAYLOAD_BYTES_OFFSET));
      ring =
          new PayloadRing(
              layout.payloadBytes(), header.getLong(EventLogLayout.SEGMENT_BYTES_OFFSET));
    } catch (IllegalArgumentException e) {
      throw new EventLogFormatException("event log with impossible sizes: " + e.getMessage());
    }
    if (channel.size() != layout.totalBytes()) {
      throw new EventLogFormatException(
          "event log of " + layout.totalBytes() + " bytes in a file of " + channel.size());
    }
    return LogMemory.map(channel, layout, ring);
  }

  private static ByteBuffer read(FileChannel channel) throws IOException {
    ByteBuffer header =
        ByteBuffer.allocate(EventLogLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {}
    return header.flip();
  }
}
