package org.ftrun.systemtests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks for the same file again and again over one kept-alive connection and compares each answer.
 * Where the server announces that it closes the connection, a new one is opened.
 */
final class HttpConversation implements Conversation {
  private static final byte[] REQUEST =
      "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final FtrunProcess server;
  private final int port;
  private final byte[] page;
  private final AtomicLong answers = new AtomicLong();
  private final Thread thread = new Thread(this::run, "http-conversation");
  private volatile Socket socket;
  private volatile boolean finishing;
  private volatile String failure;

  /** Starts asking for {@code /page}, whose content is given. */
  HttpConversation(FtrunProcess server, int port, byte[] page) throws Exception {
    this.server = server;
    this.port = port;
    this.page = page;
    this.socket = Ports.connect(server, port);
    thread.start();
  }

  /** The port of the client of the present connection. */
  int client() {
    return socket.getLocalPort();
  }

  private void run() {
    try {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (!finishing) {
        socket.getOutputStream().write(REQUEST);
        if (!readAnswer(in)) {
          socket.close();
          socket = Ports.connect(server, port);
          in = new BufferedInputStream(socket.getInputStream());
        }
        answers.incrementAndGet();
      }
    } catch (Exception | AssertionError e) {
      failure = "after " + answers + " answers: " + e;
    }
  }

  /** Reads an answer; returns whether the connection stays open. */
  private boolean readAnswer(InputStream in) throws IOException {
    String status = readLine(in);
    if (!status.startsWith("HTTP/1.1 200 ")) {
      throw new IOException("answered " + status);
    }
    boolean stays = true;
    int length = -1;
    String line;
    while (!(line = readLine(in).toLowerCase(java.util.Locale.ROOT)).isEmpty()) {
      stays &= !line.equals("connection: close");
      if (line.startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
      }
    }
    byte[] body = in.readNBytes(Math.max(length, 0));
    if (!Arrays.equals(body, page)) {
      throw new IOException("body of " + body.length + " bytes, announced " + length + ", differs");
    }
    return stays;
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c;
    while ((c = in.read()) != '\n') {
      if (c < 0) {
        throw new EOFException("connection closed in mid-answer");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII).stripTrailing();
  }

  @Override
  public long progress() {
    return answers.get();
  }

  @Override
  public void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void finish() throws Exception {
    finishing = true;
    thread.join(TimeUnit.SECONDS.toMillis(20));
    check();
    if (thread.isAlive()) {
      throw new AssertionError("no answer after " + answers + " answers");
    }
  }

  @Override
  public void close() throws IOException {
    finishing = true;
    socket.close();
  }
}
