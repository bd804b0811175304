package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/**
 * Eight clients of beanstalkd, each putting a job of 64 bytes, reserving one and deleting it, over
 * and over: a command goes out when the one before is answered. Every put comes before the same
 * client's reserve, so there is always a job to reserve.
 */
final class BeanstalkLoad implements Load {
  private static final int CLIENTS = 8;
  private static final int JOB_BYTES = 64;
  private static final String PUT =
      "put 0 0 600 " + JOB_BYTES + "\r\n" + "j".repeat(JOB_BYTES) + "\r\n";

  private final Connections connections;
  private final List<Client> clients = new ArrayList<>();
  private LongConsumer onReply = instant -> {};
  private Histogram latencies = new Histogram(3);

  /** Tells whether clients are to stop at the end of their round. */
  private BooleanSupplier over = () -> true;

  /** How many have not stopped. */
  private int busy;

  BeanstalkLoad(InetSocketAddress address) throws DemoException {
    try {
      connections = new Connections();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new Client(address));
      }
    } catch (IOException e) {
      throw new DemoException("cannot connect to beanstalkd: " + e.getMessage(), e);
    }
  }

  /** Has the instant of each reply told, by {@link System#nanoTime()}, on the thread that runs. */
  void onReply(LongConsumer listener) {
    onReply = listener;
  }

  @Override
  public Result run(double seconds) throws DemoException {
    long deadline = System.nanoTime() + (long) (seconds * 1e9);
    return run(() -> System.nanoTime() - deadline >= 0);
  }

  /** Runs until told to stop; then every client finishes its round. */
  Result run(BooleanSupplier toStop) throws DemoException {
    latencies = new Histogram(3);
    long begin = System.nanoTime();
    over = toStop;
    busy = clients.size();
    try {
      for (Client client : clients) {
        client.send(PUT);
      }
      while (busy > 0) {
        connections.serve("beanstalkd gave no answer");
      }
    } catch (IOException e) {
      throw new DemoException("a client of beanstalkd failed: " + e.getMessage(), e);
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
    private final ByteBuffer received = ByteBuffer.allocateDirect(1024);
    private long sentNanos;

    Client(InetSocketAddress address) throws IOException {
      channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connections.add(channel, this);
    }

    void send(String command) throws IOException {
      sentNanos = System.nanoTime();
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(command);
      // A command is far smaller than the send buffer, which is empty between commands.
      if (channel.write(bytes) < command.length()) {
        throw new IOException("the send buffer is full");
      }
    }

    @Override
    public void receive() throws IOException {
      if (channel.read(received) < 0) {
        throw new IOException("connection closed");
      }
      String text = StandardCharsets.US_ASCII.decode(received.duplicate().flip()).toString();
      int line = text.indexOf("\r\n");
      boolean reserved = text.startsWith("RESERVED ");
      if (line < 0 || (reserved && text.length() < line + 2 + JOB_BYTES + 2)) {
        return;
      }
      received.clear();
      long instant = System.nanoTime();
      latencies.recordValue(instant - sentNanos);
      onReply.accept(instant);
      if (reserved) {
        send("delete " + text.substring(9, text.indexOf(' ', 9)) + "\r\n");
      } else if (text.startsWith("INSERTED ")) {
        send("reserve\r\n");
      } else if (!text.startsWith("DELETED")) {
        throw new IOException("unexpected answer " + text.strip());
      } else if (over.getAsBoolean()) {
        busy--;
      } else {
        send(PUT);
      }
    }
  }
}
