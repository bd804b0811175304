package org.ftrun.demo.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.IcecastSource;

/** Sends the original to icecast at a bit rate, and zeros behind it, on one connection. */
final class LiveSource implements AutoCloseable {
  private static final int SENDS_PER_SECOND = 50;

  private final InetSocketAddress address;
  private final Media media;
  private final long bytesPerSecond;
  private final Thread sender = new Thread(this::send, "live-source");

  /** Null until it is connected. */
  private Socket socket;

  private volatile boolean closing;
  private volatile String failure;

  LiveSource(InetSocketAddress address, Media media, long bytesPerSecond) {
    this.address = address;
    this.media = media;
    this.bytesPerSecond = bytesPerSecond;
    sender.setDaemon(true);
  }

  /** Logs in; nothing is sent yet. */
  void connect() throws DemoException {
    try {
      socket = IcecastSource.connect(address, LiveServer.PASSWORD, LiveServer.MOUNT);
    } catch (IOException e) {
      throw new DemoException("the source cannot connect: " + e.getMessage(), e);
    }
  }

  /** Begins to send. */
  void begin() {
    sender.start();
  }

  private void send() {
    byte[] piece = new byte[(int) Math.max(1, bytesPerSecond / SENDS_PER_SECOND)];
    long begun = System.nanoTime();
    long sent = 0;
    try (InputStream original = Files.newInputStream(media.file())) {
      OutputStream out = socket.getOutputStream();
      while (!closing) {
        int length = original.readNBytes(piece, 0, piece.length);
        Arrays.fill(piece, length, piece.length, (byte) 0);
        out.write(piece);
        sent += piece.length;
        long due = begun + (long) (sent * 1e9 / bytesPerSecond);
        long early = due - System.nanoTime();
        if (early > 0) {
          Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
        }
      }
    } catch (IOException e) {
      failure = closing ? null : "disconnected after " + sent + " bytes: " + e.getMessage();
    } catch (InterruptedException e) {
      failure = closing ? null : "interrupted after " + sent + " bytes";
    }
  }

  /** Why it did not go on sending, one line. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    closing = true;
    sender.interrupt();
    try {
      if (socket != null) {
        socket.close();
      }
      sender.join();
    } catch (IOException e) {
      failure = "its connection cannot be closed: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
