package org.ftrun.systemtests;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * The peer of the program transfers: takes and sends bytes in small pieces with pauses, so that the
 * program's calls block many times, and does something in the middle of each transfer.
 */
final class SlowPeer implements Runnable {
  private static final int PIECE = 1 << 16;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final int SMALL_BUFFER = 1 << 14;

  private final Path port;
  private final Middle middle;
  private volatile Throwable failure;

  /** What is done when half of a transfer is through. */
  interface Middle {
    void reached() throws Exception;
  }

  SlowPeer(Path port, Middle middle) {
    this.port = port;
    this.middle = middle;
  }

  /** Serves the program in a thread of its own until that closes the connection. */
  static Thread start(SlowPeer peer) {
    Thread thread = new Thread(peer, "slow-peer");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Throws what went wrong. */
  void check() {
    if (failure != null) {
      throw new AssertionError("the peer", failure);
    }
  }

  @Override
  public void run() {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(SMALL_BUFFER);
      Await.until(FtrunProcess.LIMIT, () -> "no " + port, () -> Files.exists(port));
      int number = Integer.parseInt(Files.readString(port).trim());
      socket.connect(new InetSocketAddress("127.0.0.1", number));
      serve(
          new DataInputStream(socket.getInputStream()),
          new DataOutputStream(socket.getOutputStream()));
    } catch (Exception | AssertionError e) {
      failure = e;
    }
  }

  private void serve(DataInputStream in, DataOutputStream out) throws Exception {
    int request;
    while ((request = in.read()) >= 0) {
      int length = (int) Long.reverseBytes(in.readLong());
      long sum = request == 'S' ? take(in, length) : send(out, length);
      out.writeLong(Long.reverseBytes(sum));
    }
  }

  private long take(DataInputStream in, int length) throws Exception {
    byte[] piece = new byte[PIECE];
    long sum = 0;
    boolean second = false;
    for (int done = 0; done < length; ) {
      int got = in.read(piece, 0, Math.min(PIECE, length - done));
      if (got < 0) {
        throw new IOException("the connection ended after " + done + " of " + length + " bytes");
      }
      for (int i = 0; i < got; i++) {
        sum = sum * 31 + (piece[i] & 0xff);
      }
      done += got;
      second = pause(done, length, second);
    }
    return sum;
  }

  private long send(DataOutputStream out, int length) throws Exception {
    byte[] piece = new byte[PIECE];
    long sum = 0;
    boolean second = false;
    for (int done = 0; done < length; ) {
      int part = Math.min(PIECE, length - done);
      for (int i = 0; i < part; i++) {
        piece[i] = (byte) ((done + i) * 131 + (done + i >> 8));
        sum = sum * 31 + (piece[i] & 0xff);
      }
      out.write(piece, 0, part);
      done += part;
      second = pause(done, length, second);
    }
    return sum;
  }

  private boolean pause(int done, int length, boolean second) throws Exception {
    LockSupport.parkNanos(PAUSE_NANOS);
    if (!second && done >= length / 2) {
      middle.reached();
      return true;
    }
    return second;
  }
}
