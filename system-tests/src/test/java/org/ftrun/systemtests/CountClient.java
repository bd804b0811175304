package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;

/**
 * A client of the counting HTTP servers: asks for the same name again and again over one
 * connection, and knows how often that was.
 */
final class CountClient extends Requests {
  private final LineSocket connection;
  private final String path;

  CountClient(Socket socket, int id) throws IOException {
    this.connection = new LineSocket(socket);
    this.path = "/count" + id;
    start();
  }

  @Override
  void ask(long number) throws Exception {
    connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.expect("HTTP/1.1 200 OK");
    String header;
    do {
      header = connection.readLine();
      assertThat(header).isNotEqualToIgnoringCase("connection: close");
    } while (!header.isEmpty());
    connection.expect(path + " " + number);
  }

  @Override
  void disconnect() throws IOException {
    connection.close();
  }
}
