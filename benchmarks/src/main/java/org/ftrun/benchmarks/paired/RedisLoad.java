package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.ftrun.demo.kit.DemoException;

/**
 * Fifty clients of redis, each sending one command, or several at a time, and the next when all are
 * answered. The latency of a command is the time until the whole batch is answered.
 */
final class RedisLoad extends AskingLoad {
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

  private final byte[] commands;
  private final byte[] answers;
  private final int batch;

  /**
   * Connects the clients, and sets the key that GET asks for.
   *
   * @param batch commands that a client sends at a time
   */
  RedisLoad(InetSocketAddress address, Kind kind, int batch) throws DemoException {
    super("redis");
    this.batch = batch;
    this.commands = kind.command.repeat(batch).getBytes(StandardCharsets.US_ASCII);
    this.answers = kind.answer.repeat(batch).getBytes(StandardCharsets.US_ASCII);
    setKey(address);
    connect(address, CLIENTS, Asker::new);
  }

  private static void setKey(InetSocketAddress address) throws DemoException {
    ByteBuffer answer = ByteBuffer.allocate(Kind.SET.answer.length());
    try (SocketChannel channel = SocketChannel.open(address)) {
      channel.write(StandardCharsets.US_ASCII.encode(Kind.SET.command));
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        continue;
      }
    } catch (IOException e) {
      throw new DemoException("cannot set a key of redis: " + e.getMessage(), e);
    }
    String text = StandardCharsets.US_ASCII.decode(answer.flip()).toString();
    if (!text.equals(Kind.SET.answer)) {
      throw new DemoException("redis does not set a key: " + text.strip());
    }
  }

  /** One connection. */
  private final class Asker extends Client {
    private final ByteBuffer received = ByteBuffer.allocate(answers.length);

    Asker(SocketChannel channel) {
      super(channel);
    }

    @Override
    void begin() throws IOException {
      send(ByteBuffer.wrap(commands));
    }

    @Override
    public void receive() throws IOException {
      read(received);
      if (received.hasRemaining()) {
        return;
      }
      if (!received.flip().equals(ByteBuffer.wrap(answers))) {
        throw new IOException(
            "unexpected answer " + new String(received.array(), StandardCharsets.US_ASCII).strip());
      }
      received.clear();
      answered(batch);
      endRound();
    }
  }
}
