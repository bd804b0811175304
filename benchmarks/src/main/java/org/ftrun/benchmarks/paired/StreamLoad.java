package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/**
 * Four clients that receive a large file over HTTP as fast as it comes, again and again on one
 * connection each. A request, for the books, is a chunk of 64 KiB; its latency is the time since
 * the chunk before it on the same connection.
 */
final class StreamLoad implements Load {
  static final int CHUNK_BYTES = 64 << 10;
  private static final int CLIENTS = 4;

  private final Connections connections;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private final String request;
  private final long fileBytes;
  private Histogram latencies = new Histogram(3);

  StreamLoad(InetSocketAddress address, String path, long fileBytes) throws DemoException {
    this.request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    this.fileBytes = fileBytes;
    try {
      connections = new Connections();
      for (int i = 0; i < CLIENTS; i++) {
        SocketChannel channel = SocketChannel.open(address);
        connections.add(channel, new Client(channel));
      }
    } catch (IOException e) {
      throw new DemoException("cannot connect to nginx: " + e.getMessage(), e);
    }
  }

  @Override
  public Result run(double seconds) throws DemoException {
    latencies = new Histogram(3);
    long begin = System.nanoTime();
    long deadline = begin + (long) (seconds * 1e9);
    try {
      while (System.nanoTime() - deadline < 0) {
        connections.serve("nothing was streamed");
      }
    } catch (IOException e) {
      throw new DemoException("a streaming client failed: " + e.getMessage(), e);
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
    private long bodyLeft;
    private long inChunk;
    private long lastNanos;

    Client(SocketChannel channel) throws IOException {
      this.channel = channel;
      ask();
    }

    private void ask() throws IOException {
      channel.write(StandardCharsets.US_ASCII.encode(request));
      lastNanos = System.nanoTime();
    }

    @Override
    public void receive() throws IOException {
      if (channel.read(buffer.clear()) < 0) {
        throw new IOException("connection closed");
      }
      buffer.flip();
      if (bodyLeft == 0) {
        skipHeader();
      }
      bodyLeft -= buffer.remaining();
      inChunk += buffer.remaining();
      while (inChunk >= CHUNK_BYTES) {
        inChunk -= CHUNK_BYTES;
        long instant = System.nanoTime();
        latencies.recordValue(instant - lastNanos);
        lastNanos = instant;
      }
      if (bodyLeft == 0) {
        ask();
      }
    }

    /** nginx sends the header in one piece. */
    private void skipHeader() throws IOException {
      String text = StandardCharsets.ISO_8859_1.decode(buffer.duplicate()).toString();
      int end = text.indexOf("\r\n\r\n");
      if (!text.startsWith("HTTP/1.1 200 ") || end < 0) {
        throw new IOException("unexpected answer " + text.lines().findFirst().orElse(""));
      }
      buffer.position(end + 4);
      bodyLeft = fileBytes;
    }
  }
}
