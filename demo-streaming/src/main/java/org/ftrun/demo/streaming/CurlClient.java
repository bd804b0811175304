package org.ftrun.demo.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.Workspace;

/** A client that nobody here wrote: curl, its output read through a pipe by a thread. */
final class CurlClient implements AutoCloseable {
  private final Workspace workspace;
  private final Process process;
  private final Reception reception;
  private final Thread reader;

  private CurlClient(Workspace workspace, Process process, Reception reception) {
    this.workspace = workspace;
    this.process = process;
    this.reception = reception;
    this.reader = new Thread(this::read, "curl-reader");
    this.reader.setDaemon(true);
  }

  /** Starts curl; what it receives is entered into the reception. */
  static CurlClient start(Workspace workspace, String url, Reception reception)
      throws DemoException {
    try {
      Process process =
          new ProcessBuilder(
                  List.of("curl", "--silent", "--show-error", "--fail", "--no-buffer", url))
              .redirectError(workspace.path("curl.err").toFile())
              .start();
      workspace.noteProcess(process.pid());
      CurlClient client = new CurlClient(workspace, process, reception);
      client.reader.start();
      return client;
    } catch (IOException e) {
      throw new DemoException("cannot start curl: " + e.getMessage(), e);
    }
  }

  private void read() {
    byte[] buffer = new byte[64 * 1024];
    try (InputStream output = process.getInputStream()) {
      int length;
      while (!reception.hasEnded() && (length = output.read(buffer)) >= 0) {
        reception.add(ByteBuffer.wrap(buffer, 0, length), System.nanoTime());
      }
      if (reception.hasEnded()) {
        process.destroyForcibly(); // the server would go on
      }
      int status = process.waitFor();
      reception.end(status == 0 ? null : failure(status));
    } catch (IOException e) {
      reception.end("its output broke off: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reception.end("interrupted");
    }
  }

  private String failure(int status) {
    return workspace.lastLine("curl.err").orElse("curl ended with status " + status);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
