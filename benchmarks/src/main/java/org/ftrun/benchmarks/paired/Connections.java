package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.ftrun.demo.kit.DemoException;

/** The connections of a load's clients, all served by the thread that runs the load. */
final class Connections implements AutoCloseable {
  private static final int LIMIT_SECONDS = 30;

  private final Selector selector;

  /** A client, who is told when something has come on its connection. */
  interface Client {
    /** Takes what has come, without waiting. */
    void receive() throws IOException;
  }

  Connections() throws IOException {
    selector = Selector.open();
  }

  /** Registers a client's connection, which does not block from now on. */
  void add(SocketChannel channel, Client client) throws IOException {
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, client);
  }

  /**
   * Waits until something has come, and has the clients take it.
   *
   * @param silence what to say if nothing comes for 30 s
   */
  void serve(String silence) throws IOException, DemoException {
    if (selector.select(LIMIT_SECONDS * 1000L) == 0) {
      throw new DemoException(silence + " for " + LIMIT_SECONDS + " s");
    }
    for (SelectionKey key : selector.selectedKeys()) {
      ((Client) key.attachment()).receive();
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() {
    try {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
