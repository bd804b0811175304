package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.IcecastSource;

/**
 * A live source of icecast that sends at a bit rate, and listeners. A request, for the books, is a
 * KiB that one listener has received; its latency counts from the instant at which the source sent
 * it.
 */
final class LiveLoad implements Load {
  private static final int PIECE_BYTES = 1024;
  private static final int PIECES_A_SECOND = 32;

  /** Pieces whose instants are remembered; a listener that is further behind is dropped before. */
  private static final int REMEMBERED = 1 << 12;

  private static final String MOUNT = "/live";

  private final Connections connections;
  private final Socket source;
  private final Thread sender = new Thread(this::send, "live-source");
  private final long[] sentNanos = new long[REMEMBERED];
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
  private final List<Listener> listeners = new ArrayList<>();
  private volatile long sent;
  private volatile boolean closing;
  private volatile String failure;
  private Histogram latencies = new Histogram(3);

  /** Connects the source and the listeners; the source begins when all of them listen. */
  LiveLoad(InetSocketAddress address, String password, int count) throws DemoException {
    try {
      source = IcecastSource.connect(address, password, MOUNT);
      connections = new Connections();
      for (int i = 0; i < count; i++) {
        listeners.add(new Listener(address));
      }
      while (listeners.stream().anyMatch(listener -> !listener.listens)) {
        connections.serve("icecast did not answer a listener");
      }
    } catch (IOException e) {
      throw new DemoException("cannot connect to icecast: " + e.getMessage(), e);
    }
    sender.setDaemon(true);
    sender.start();
  }

  private void send() {
    byte[] piece = new byte[PIECE_BYTES];
    long begun = System.nanoTime();
    try {
      while (!closing) {
        long early = begun + sent * 1_000_000_000L / PIECES_A_SECOND - System.nanoTime();
        if (early > 0) {
          Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
        }
        sentNanos[(int) (sent % REMEMBERED)] = System.nanoTime();
        sent++;
        source.getOutputStream().write(piece);
      }
    } catch (IOException | InterruptedException e) {
      failure = closing ? null : e.toString();
    }
  }

  @Override
  public Result run(double seconds) throws DemoException {
    latencies = new Histogram(3);
    long begin = System.nanoTime();
    long deadline = begin + (long) (seconds * 1e9);
    try {
      while (System.nanoTime() - deadline < 0) {
        connections.serve("nothing was broadcast");
      }
    } catch (IOException e) {
      throw new DemoException("a listener failed: " + e.getMessage(), e);
    }
    if (failure != null) {
      throw new DemoException("the source failed: " + failure);
    }
    return Result.of(latencies, begin);
  }

  @Override
  public void close() {
    closing = true;
    sender.interrupt();
    connections.close();
    try {
      source.close();
      sender.join();
    } catch (IOException e) {
      failure = e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One connection. */
  private final class Listener implements Connections.Client {
    private final SocketChannel channel;
    private boolean listens;
    private long bytes;

    Listener(InetSocketAddress address) throws IOException {
      channel = SocketChannel.open(address);
      channel.write(StandardCharsets.US_ASCII.encode("GET " + MOUNT + " HTTP/1.0\r\n\r\n"));
      connections.add(channel, this);
    }

    @Override
    public void receive() throws IOException {
      if (channel.read(buffer.clear()) < 0) {
        throw new IOException("connection closed");
      }
      buffer.flip();
      if (!listens) {
        skipHeader();
      }
      long before = bytes / PIECE_BYTES;
      bytes += buffer.remaining();
      long instant = System.nanoTime();
      for (long piece = before; piece < bytes / PIECE_BYTES; piece++) {
        latencies.recordValue(instant - sentNanos[(int) (piece % REMEMBERED)]);
      }
    }

    /** icecast sends the header in one piece. */
    private void skipHeader() throws IOException {
      String text = StandardCharsets.ISO_8859_1.decode(buffer.duplicate()).toString();
      int end = text.indexOf("\r\n\r\n");
      if (!text.startsWith("HTTP/1.0 200 ") || end < 0) {
        throw new IOException("unexpected answer " + text.lines().findFirst().orElse(""));
      }
      buffer.position(end + 4);
      listens = true;
    }
  }
}
