package org.ftrun.eventlog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file for one test's log, in memory where the machine has such a place; deleted by close. */
final class LogFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  LogFile() throws IOException {
    Path memory = Path.of("/dev/shm");
    path =
        Files.isWritable(memory)
            ? Files.createTempFile(memory, "event-log-test-", "")
            : Files.createTempFile("event-log-test-", "");
    channel = openChannel(path);
  }

  static FileChannel openChannel(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.delete(path);
  }
}
