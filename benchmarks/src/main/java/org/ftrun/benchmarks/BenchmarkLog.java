package org.ftrun.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.eventlog.EventReader;

/** An event log of the default size in memory, with the replica as its consumer. */
final class BenchmarkLog {
  private static final long PAYLOAD_BYTES = 64L << 20;
  private static final int SYSCALL_READ = 0;

  private final EventLogWriter writer;
  private final EventReader reader;
  private final ByteBuffer source;
  private final ByteBuffer target;
  private final int length;

  BenchmarkLog(int length) throws IOException {
    Path path = Files.createTempFile(Path.of("/dev/shm"), "event-log-benchmark-", "");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      EventLog log = EventLog.create(channel, EventLogLayout.ofPayload(PAYLOAD_BYTES));
      writer = log.writer();
      writer.activate(Consumer.REPLICA);
      reader = log.reader(Consumer.REPLICA);
    }
    this.length = length;
    this.source = ByteBuffer.allocateDirect(length);
    this.target = ByteBuffer.allocateDirect(length);
  }

  /** Publishes an event, its payload copied in; false if the log is full. */
  boolean publishCopying() {
    if (!writer.tryReserve(length)) {
      return false;
    }
    if (length > 0) {
      writer.write(0, source, 0, length);
    }
    publish();
    return true;
  }

  /** Consumes an event, its payload copied out; null if there is none. */
  Event consumeCopying() {
    Event event = reader.peek();
    if (event != null) {
      if (event.payloadLength() > 0) {
        event.copyPayload(0, target, 0, event.payloadLength());
      }
      reader.consume();
    }
    return event;
  }

  /** As {@link #publishCopying}, but through a view of the payload. */
  boolean publishThroughView() {
    if (!writer.tryReserve(length)) {
      return false;
    }
    writer.reservedPayload().put(source.clear());
    publish();
    return true;
  }

  /** As {@link #consumeCopying}, but through a view of the payload. */
  Event consumeThroughView() {
    Event event = reader.peek();
    if (event != null) {
      target.clear().put(event.payload());
      reader.consume();
    }
    return event;
  }

  private void publish() {
    writer.publish(EventKind.SYSCALL, 0, SYSCALL_READ, 1, length, 42, 3, 0x4000, 0, length);
  }
}
