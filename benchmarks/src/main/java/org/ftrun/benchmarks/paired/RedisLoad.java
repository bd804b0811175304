package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/**
 * Fifty clients of redis, each sending one command, or several at a time, and the next when all are
 * answered. The latency of a command is the time until the whole batch is answered.
 */
final class RedisLoad implements Load {
  private static final int CLIENTS = 50;
  private static final String VALUE = "0123456789abcdef";

  /** A command and its answer, as the protocol has them (RESP). */
  enum Kind {
    SET("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$16\r\n" + VALUE + "\r\n", "+OK\r\n"),
    GET("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", "$16\r\n" + VALUE + "\r\n");

    private final String command;
    private final String answer;

    Kind(String command, String answer) {
      this.command = command;
      this.answer = answer;
    }
  }

  private final Connections connections;
  private final List<Client> clients = new ArrayList<>();
  private final byte[] commands;
  private final byte[] answers;
  private final int batch;
  private Histogram latencies = new Histogram(3);
  private long deadline;
  private int busy;

  /**
   * Connects the clients, and sets the key that GET asks for.
   *
   * @param batch commands that a client sends at a time
   */
  RedisLoad(InetSocketAddress address, Kind kind, int batch) throws DemoException {
    this.batch = batch;
    this.commands = kind.command.repeat(batch).getBytes(StandardCharsets.US_ASCII);
    this.answers = kind.answer.repeat(batch).getBytes(StandardCharsets.US_ASCII);
    try (SocketChannel first = SocketChannel.open(address)) {
      first.write(StandardCharsets.US_ASCII.encode(Kind.SET.command));
      ByteBuffer answer = ByteBuffer.allocate(Kind.SET.answer.length());
      while (answer.hasRemaining() && first.read(answer) >= 0) {
        continue;
      }
      connections = new Connections();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new Client(address));
      }
    } catch (IOException e) {
      throw new DemoException("cannot connect to redis: " + e.getMessage(), e);
    }
  }

  @Override
  public Result run(double seconds) throws DemoException {
    latencies = new Histogram(3);
    long begin = System.nanoTime();
    deadline = begin + (long) (seconds * 1e9);
    busy = clients.size();
    try {
      for (Client client : clients) {
        client.send();
      }
      while (busy > 0) {
        connections.serve("redis gave no answer");
      }
    } catch (IOException e) {
      throw new DemoException("a client of redis failed: " + e.getMessage(), e);
    }
    return Result.of(latencies, begin);
  }

  @Override
  public void close() {
    connections.close();
  }

  /** One connection. */
  private final class Client implements Connections.Client {
    private final SocketChannel channel;
    private final ByteBuffer received = ByteBuffer.allocate(answers.length);
    private long sentNanos;

    Client(InetSocketAddress address) throws IOException {
      channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connections.add(channel, this);
    }

    void send() throws IOException {
      sentNanos = System.nanoTime();
      // A batch is far smaller than the send buffer, which is empty between batches.
      if (channel.write(ByteBuffer.wrap(commands)) < commands.length) {
        throw new IOException("the send buffer is full");
      }
    }

    @Override
    public void receive() throws IOException {
      if (channel.read(received) < 0) {
        throw new IOException("connection closed");
      }
      if (received.hasRemaining()) {
        return;
      }
      if (!received.flip().equals(ByteBuffer.wrap(answers))) {
        throw new IOException("unexpected answer " + new String(received.array()).strip());
      }
      received.clear();
      long instant = System.nanoTime();
      latencies.recordValueWithCount(instant - sentNanos, batch);
      if (instant - deadline >= 0) {
        busy--;
      } else {
        send();
      }
    }
  }
}
