package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/**
 * Clients that each have one thing under way: they ask, and ask again when they have the answer. To
 * be connected by the subclass's constructor ({@link #connect}).
 */
abstract class AskingLoad implements Load {
  private final String server;
  private final Connections connections;
  private final List<Client> clients = new ArrayList<>();
  private Histogram latencies = new Histogram(3);

  /** Tells whether clients are to stop at the end of their round. */
  private BooleanSupplier over = () -> true;

  /** How many have not stopped. */
  private int busy;

  /**
   * Nobody as yet.
   *
   * @param server its name, for messages
   */
  AskingLoad(String server) throws DemoException {
    this.server = server;
    try {
      connections = new Connections();
    } catch (IOException e) {
      throw new DemoException("cannot make clients of " + server + ": " + e.getMessage(), e);
    }
  }

  /** A client on a connection. */
  interface Maker {
    Client make(SocketChannel channel);
  }

  /** Connects so many clients. */
  final void connect(InetSocketAddress address, int count, Maker maker) throws DemoException {
    try {
      for (int i = 0; i < count; i++) {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Client client = maker.make(channel);
        connections.add(channel, client);
        clients.add(client);
      }
    } catch (IOException e) {
      throw new DemoException("cannot connect to " + server + ": " + e.getMessage(), e);
    }
  }

  @Override
  public final Result run(double seconds) throws DemoException {
    long deadline = System.nanoTime() + (long) (seconds * 1e9);
    return run(() -> System.nanoTime() - deadline >= 0);
  }

  /** Runs until told to stop; then every client finishes its round. */
  final Result run(BooleanSupplier toStop) throws DemoException {
    latencies = new Histogram(3);
    long begin = System.nanoTime();
    over = toStop;
    busy = clients.size();
    try {
      for (Client client : clients) {
        client.begin();
      }
      while (busy > 0) {
        connections.serve(server + " gave no answer");
      }
    } catch (IOException e) {
      throw new DemoException("a client of " + server + " failed: " + e.getMessage(), e);
    }
    return Result.of(latencies, begin);
  }

  @Override
  public final void close() {
    connections.close();
  }

  /** One connection. */
  abstract class Client implements Connections.Client {
    private final SocketChannel channel;
    private long sentNanos;

    Client(SocketChannel channel) {
      this.channel = channel;
    }

    /** Begins a round. */
    abstract void begin() throws IOException;

    /** Sends what is far smaller than the send buffer, which is empty between answers. */
    final void send(ByteBuffer bytes) throws IOException {
      sentNanos = System.nanoTime();
      channel.write(bytes);
      if (bytes.hasRemaining()) {
        throw new IOException("the send buffer is full");
      }
    }

    /** Reads what has come. */
    final void read(ByteBuffer into) throws IOException {
      if (channel.read(into) < 0) {
        throw new IOException("connection closed");
      }
    }

    /**
     * What was sent last has been answered.
     *
     * @param count how many requests that were
     * @return the instant, of System.nanoTime()
     */
    final long answered(int count) {
      long instant = System.nanoTime();
      latencies.recordValueWithCount(instant - sentNanos, count);
      return instant;
    }

    /** A round is over: begins the next one, or stops. */
    final void endRound() throws IOException {
      if (over.getAsBoolean()) {
        busy--;
      } else {
        begin();
      }
    }
  }
}
