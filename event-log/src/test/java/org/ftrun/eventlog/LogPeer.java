package org.ftrun.eventlog;

import com.lmax.disruptor.Sequence;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;

/** The other process of a test: reads or writes the log of the test that started it. */
public final class LogPeer {
  static final int MAX_PAYLOAD = 500;
  static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final int SPINS = 1_000;

  private LogPeer() {}

  /**
   * Starts the other process.
   *
   * @param role {@code read} or {@code write}
   * @param count number of events to read or write
   */
  static Process start(String role, Path log, long count) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        String.join(
            File.pathSeparator,
            placeOf(EventLog.class),
            placeOf(LogPeer.class),
            placeOf(Sequence.class),
            placeOf(Assertions.class));
    return new ProcessBuilder(
            List.of(
                java,
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                LogPeer.class.getName(),
                role,
                log.toString(),
                Long.toString(count)))
        .redirectErrorStream(true)
        .start();
  }

  /** Arguments: role, file, number of events. Exits with 0 if every event was as it must be. */
  public static void main(String[] arguments) throws IOException {
    long count = Long.parseLong(arguments[2]);
    try (FileChannel channel = LogFile.openChannel(Path.of(arguments[1]));
        EventLog log = EventLog.open(channel)) {
      if (arguments[0].equals("read")) {
        read(log.reader(Consumer.REPLICA), count);
      } else {
        EventLogWriter writer = log.writer();
        writer.activate(Consumer.REPLICA);
        write(writer, count);
      }
    }
    System.out.println("done");
  }

  static void write(EventLogWriter writer, long count) {
    long first = writer.published() + 1;
    for (long sequence = first; sequence < first + count; sequence++) {
      int length = TestEvents.length(sequence, MAX_PAYLOAD);
      // Reserve more than is published, as for a call whose result is not known.
      if (!writer.reserve(MAX_PAYLOAD, LIMIT_NANOS)) {
        throw new AssertionError("no room for event " + sequence);
      }
      TestEvents.publish(writer, sequence, length);
    }
  }

  static void read(EventReader reader, long count) {
    long start = System.nanoTime();
    long first = reader.consumed() + 1;
    for (long sequence = first; sequence < first + count; sequence++) {
      Event event = await(reader, start);
      TestEvents.check(event, sequence, TestEvents.length(sequence, MAX_PAYLOAD));
      reader.consume();
    }
  }

  private static Event await(EventReader reader, long start) {
    for (int attempt = 0; ; attempt++) {
      Event event = reader.peek();
      if (event != null) {
        return event;
      }
      if (attempt < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(10_000);
        if (System.nanoTime() - start > LIMIT_NANOS) {
          throw new AssertionError("no event after " + reader.consumed());
        }
      }
    }
  }

  private static String placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
