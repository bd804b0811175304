package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import org.ftrun.demo.kit.DemoException;

/**
 * Eight clients of beanstalkd, each putting a job of 64 bytes, reserving one and deleting it, over
 * and over: a command goes out when the one before is answered. Every put comes before the same
 * client's reserve, so there is always a job to reserve.
 */
final class BeanstalkLoad extends AskingLoad {
  private static final int CLIENTS = 8;
  private static final int JOB_BYTES = 64;
  private static final String PUT =
      "put 0 0 600 " + JOB_BYTES + "\r\n" + "j".repeat(JOB_BYTES) + "\r\n";

  private LongConsumer onReply = instant -> {};

  BeanstalkLoad(InetSocketAddress address) throws DemoException {
    super("beanstalkd");
    connect(address, CLIENTS, Worker::new);
  }

  /** Has the instant of each reply told, by {@link System#nanoTime()}, on the thread that runs. */
  void onReply(LongConsumer listener) {
    onReply = listener;
  }

  /** One connection. */
  private final class Worker extends Client {
    private final ByteBuffer received = ByteBuffer.allocateDirect(1024);

    Worker(SocketChannel channel) {
      super(channel);
    }

    @Override
    void begin() throws IOException {
      send(PUT);
    }

    private void send(String command) throws IOException {
      send(StandardCharsets.US_ASCII.encode(command));
    }

    @Override
    public void receive() throws IOException {
      read(received);
      String text = StandardCharsets.US_ASCII.decode(received.duplicate().flip()).toString();
      int line = text.indexOf("\r\n");
      boolean reserved = text.startsWith("RESERVED ");
      if (line < 0 || (reserved && text.length() < line + 2 + JOB_BYTES + 2)) {
        return;
      }
      received.clear();
      onReply.accept(answered(1));
      if (reserved) {
        send("delete " + text.substring(9, text.indexOf(' ', 9)) + "\r\n");
      } else if (text.startsWith("INSERTED ")) {
        send("reserve\r\n");
      } else if (text.startsWith("DELETED")) {
        endRound();
      } else {
        throw new IOException("unexpected answer " + text.strip());
      }
    }
  }
}
