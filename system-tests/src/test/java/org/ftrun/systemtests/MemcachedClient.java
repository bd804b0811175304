package org.ftrun.systemtests;

import java.io.IOException;
import java.net.Socket;
import java.util.SplittableRandom;

/** A client of memcached that counts, stores values of all sizes, and knows each reply. */
final class MemcachedClient extends Requests {
  private static final int LONGEST_VALUE = 20_000;

  private final LineSocket connection;
  private final int id;
  private final SplittableRandom random;

  MemcachedClient(Socket socket, int id) throws IOException {
    this.connection = new LineSocket(socket);
    this.id = id;
    this.random = new SplittableRandom(id);
    connection.exchange("set count" + id + " 0 0 1\r\n0", "STORED");
    start();
  }

  @Override
  void ask(long number) throws Exception {
    connection.exchange("incr count" + id + " 1", Long.toString(number));
    String value = (id + ":" + number + ";").repeat(1 + random.nextInt(LONGEST_VALUE / 10));
    connection.exchange("set value" + id + " 7 0 " + value.length() + "\r\n" + value, "STORED");
    connection.exchange("get value" + id, "VALUE value" + id + " 7 " + value.length());
    connection.expect(value);
    connection.expect("END");
  }

  @Override
  void disconnect() throws IOException {
    connection.close();
  }
}
