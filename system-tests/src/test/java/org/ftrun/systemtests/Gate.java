package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * The FIFO from which a tiny program takes a byte at each step: {@link #pass} lets it go on by one.
 */
final class Gate implements AutoCloseable {
  private final Path path;
  private final RandomAccessFile fifo;

  private Gate(Path path, RandomAccessFile fifo) {
    this.path = path;
    this.fifo = fifo;
  }

  /**
   * Makes the FIFO. It is open for reading and writing here, so that nobody waits for the other.
   */
  static Gate make(Path path) throws IOException, InterruptedException {
    int status = new ProcessBuilder("mkfifo", "-m", "666", path.toString()).start().waitFor();
    assertThat(status).as("mkfifo %s", path).isZero();
    return new Gate(path, new RandomAccessFile(path.toFile(), "rw"));
  }

  /** What FT_GATE must be. */
  String environmentValue() {
    return path.toString();
  }

  /** Lets one step end. */
  void pass() throws IOException {
    fifo.write('g');
  }

  @Override
  public void close() throws IOException {
    fifo.close();
  }
}
