package org.ftrun.systemtests;

import java.io.IOException;
import java.net.Socket;

/**
 * A client of redis that counts in one key and writes the count to another, and knows each reply.
 */
final class RedisClient extends Requests {
  private final LineSocket connection;
  private final int id;

  RedisClient(Socket socket, int id) throws IOException {
    this.connection = new LineSocket(socket);
    this.id = id;
    start();
  }

  @Override
  void ask(long number) throws Exception {
    connection.exchange("INCR count" + id, ":" + number);
    connection.exchange("SET last" + id + " " + number, "+OK");
  }

  /** Asks another server whether it has all that this one acknowledged. */
  void checkIn(LineSocket other) throws IOException {
    for (String key : new String[] {"count", "last"}) {
      String value = Long.toString(progress());
      other.exchange("GET " + key + id, "$" + value.length());
      other.expect(value);
    }
  }

  @Override
  void disconnect() throws IOException {
    connection.close();
  }
}
