package org.ftrun.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection to the echo server. One thread writes a stream of bytes that depends on the seed
 * and the position alone, another reads what comes back and compares.
 */
final class EchoClient implements Conversation {
  private static final int LARGEST_PIECE = 16_384;

  /** So many bytes tell from which place of the stream they are. */
  private static final int TELLING = 8;

  private static final long FARTHEST = 1 << 20;

  private final Socket socket;
  private final long seed;
  private final long window;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong echoed = new AtomicLong();
  private final Thread writer;
  private final Thread reader;
  private volatile String failure;
  private volatile boolean finishing;

  /**
   * Starts talking.
   *
   * @param window at most so many bytes are under way at once: 1 makes a ping-pong of single bytes
   */
  EchoClient(Socket socket, long seed, long window) {
    this.socket = socket;
    this.seed = seed;
    this.window = window;
    this.writer = new Thread(this::write, "echo-writer-" + seed);
    this.reader = new Thread(this::read, "echo-reader-" + seed);
    writer.start();
    reader.start();
  }

  /** The byte at a position of the stream: SplitMix64's mixing function of seed and position. */
  private byte byteAt(long position) {
    long z = seed * 0x9e3779b97f4a7c15L + position;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return (byte) (z >>> 56);
  }

  private void write() {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] piece = new byte[LARGEST_PIECE];
    try {
      OutputStream out = socket.getOutputStream();
      while (!finishing) {
        int most = (int) Math.min(window, LARGEST_PIECE);
        int length = 1 + random.nextInt(most);
        awaitWindow(length);
        for (int i = 0; i < length; i++) {
          piece[i] = byteAt(sent.get() + i);
        }
        sent.addAndGet(length);
        out.write(piece, 0, length);
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      fail("writing at " + sent + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void awaitWindow(int length) throws InterruptedException {
    while (sent.get() + length - echoed.get() > window && !finishing && failure == null) {
      wait();
    }
  }

  private void read() {
    byte[] piece = new byte[LARGEST_PIECE];
    try {
      InputStream in = socket.getInputStream();
      int length;
      while ((length = in.read(piece)) >= 0) {
        for (int i = 0; i < length; i++) {
          if (piece[i] != byteAt(echoed.get() + i)) {
            long position = echoed.get() + i;
            fail("wrong byte at " + position + ": " + whatIs(piece, i, length, position));
            return;
          }
        }
        advance(length);
      }
      if (!finishing) {
        fail("the server closed the connection at " + echoed);
      }
    } catch (IOException e) {
      fail("reading at " + echoed + ": " + e.getMessage());
    }
  }

  /** Which bytes of the stream came instead of those that are due. */
  private String whatIs(byte[] piece, int from, int end, long position) {
    int compared = Math.min(TELLING, end - from);
    String rest = (end - from) + " bytes read from there on, " + from + " before";
    for (long distance = 1; distance < FARTHEST; distance++) {
      if (isStream(piece, from, compared, position + distance)) {
        return distance + " bytes are lost; " + rest;
      }
      if (distance <= position && isStream(piece, from, compared, position - distance)) {
        return "the stream from " + distance + " bytes before; " + rest;
      }
    }
    return "bytes of something else; " + rest;
  }

  private boolean isStream(byte[] piece, int from, int length, long position) {
    for (int i = 0; i < length; i++) {
      if (piece[from + i] != byteAt(position + i)) {
        return false;
      }
    }
    return true;
  }

  private synchronized void advance(int length) {
    echoed.addAndGet(length);
    if (echoed.get() > sent.get()) {
      failure = "more bytes came back than were sent";
    }
    notifyAll();
  }

  private synchronized void fail(String what) {
    if (failure == null) {
      failure = socket + ": " + what;
    }
    notifyAll();
  }

  @Override
  public long progress() {
    return echoed.get();
  }

  @Override
  public void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void finish() throws Exception {
    synchronized (this) {
      finishing = true;
      notifyAll();
    }
    writer.join(TimeUnit.SECONDS.toMillis(20));
    reader.join(TimeUnit.SECONDS.toMillis(20));
    check();
    if (writer.isAlive() || reader.isAlive() || echoed.get() != sent.get()) {
      throw new AssertionError(socket + ": sent " + sent + ", came back " + echoed);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      finishing = true;
      notifyAll();
    }
    socket.close();
  }
}
