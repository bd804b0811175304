package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection that carries lines. */
final class LineSocket implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  LineSocket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends text as it is, in one write. */
  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The next line, without its end. */
  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c;
    while ((c = in.read()) != '\n') {
      if (c < 0) {
        throw new EOFException("closed by the server behind \"" + line + "\"");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII).stripTrailing();
  }

  /** Expects the next line to be this one. */
  void expect(String line) throws IOException {
    assertThat(readLine()).isEqualTo(line);
  }

  /** Sends a request of one line and expects an answer of one. */
  void exchange(String request, String answer) throws IOException {
    send(request + "\r\n");
    assertThat(readLine()).as("answer to %.60s", request).isEqualTo(answer);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
