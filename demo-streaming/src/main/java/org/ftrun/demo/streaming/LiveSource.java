package org.ftrun.demo.streaming;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.ftrun.demo.kit.DemoException;

/** Sends the original to icecast at a bit rate, and zeros behind it, on one connection. */
final class LiveSource implements AutoCloseable {
  private static final int SENDS_PER_SECOND = 50;
  private static final int TIMEOUT_MILLIS = 30_000;

  private final InetSocketAddress address;
  private final Media media;
  private final long bytesPerSecond;
  private final Socket socket = new Socket();
  private final Thread sender = new Thread(this::send, "live-source");
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
    String login = "source:" + LiveServer.PASSWORD;
    String request =
        "SOURCE "
            + LiveServer.MOUNT
            + " ICE/1.0\r\nContent-Type: application/octet-stream\r\nAuthorization: Basic "
            + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.US_ASCII))
            + "\r\n\r\n";
    try {
      socket.connect(address, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      if (answer == null || !answer.contains(" 200 ")) {
        throw new DemoException("icecast2 refuses the source: " + answer);
      }
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
      socket.close();
      sender.join();
    } catch (IOException e) {
      failure = "its connection cannot be closed: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
