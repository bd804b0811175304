package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks for the same file again and again by HTTP/1.0, each time over a new connection. */
final class FileRequests extends Requests {
  private static final byte[] REQUEST =
      "GET /page HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String END_OF_HEADER = "\r\n\r\n";

  private final FtrunProcess server;
  private final int port;
  private final byte[] page;
  private volatile Socket socket;

  /** Starts asking for {@code /page}, whose content is given. */
  FileRequests(FtrunProcess server, int port, byte[] page) {
    this.server = server;
    this.port = port;
    this.page = page;
    start();
  }

  @Override
  void ask(long number) throws Exception {
    try (Socket connection = Ports.connect(server, port)) {
      socket = connection;
      connection.getOutputStream().write(REQUEST);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      connection.getInputStream().transferTo(all);
      String answer = all.toString(StandardCharsets.ISO_8859_1);
      assertThat(answer).containsPattern("^HTTP/1\\.[01] 200 ").contains(END_OF_HEADER);
      byte[] bytes = all.toByteArray();
      int body = answer.indexOf(END_OF_HEADER) + END_OF_HEADER.length();
      boolean same = Arrays.equals(bytes, body, bytes.length, page, 0, page.length);
      assertThat(same).as("the %d bytes are the file", bytes.length - body).isTrue();
    }
  }

  @Override
  void disconnect() throws IOException {
    Socket connection = socket;
    if (connection != null) {
      connection.close();
    }
  }
}
