package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.IcecastCommand;
import org.ftrun.demo.kit.IcecastSource;

/**
 * A source that streams numbered lines to icecast, and listeners who must hear them without a gap.
 * The source is never further ahead of the slowest listener than what icecast gives a new one at
 * once, so all of them hear the first lines, or those behind the first block of icecast's.
 */
final class IcecastBroadcast implements Conversation {
  private static final int LINES_AHEAD = 2_000;
  private static final int LINES_AT_ONCE = 50;

  private static final String PASSWORD = "secret";
  private static final String MOUNT = "/live";

  /** Lines are numbers of so many digits: 10 bytes with the end of the line. */
  private static final String LINE = "%09d\n";

  private final FtrunProcess server;
  private final int port;
  private final LineSocket source;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Thread sending = new Thread(this::send, "icecast-source");
  private volatile long sent;
  private volatile boolean finishing;
  private volatile String failure;

  /** Writes the configuration and returns the command that starts the server. */
  static List<String> command(Path directory, int port) throws DemoException {
    return IcecastCommand.write(directory, address(port), PASSWORD, 0);
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Connects the source, then all listeners. */
  IcecastBroadcast(FtrunProcess server, int port, int count) throws Exception {
    this.server = server;
    this.port = port;
    Ports.awaitListening(server, port);
    this.source = new LineSocket(IcecastSource.connect(address(port), PASSWORD, MOUNT));
    sending.start();
    try {
      for (int i = 0; i < count; i++) {
        listeners.add(new Listener());
      }
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private void send() {
    try {
      while (!finishing) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < LINES_AT_ONCE; i++) {
          lines.append(String.format(LINE, sent + i));
        }
        source.send(lines.toString());
        sent += LINES_AT_ONCE;
        Await.until(
            FtrunProcess.LIMIT.multipliedBy(2),
            () -> "sent " + sent + " lines, heard " + progress(),
            () -> finishing || sent - heardByAll() < LINES_AHEAD);
      }
    } catch (Exception | AssertionError e) {
      fail("sending line " + sent + ": " + e);
    }
  }

  private void fail(String what) {
    if (failure == null && !finishing) {
      failure = what;
    }
  }

  private long heardByAll() {
    return listeners.stream().mapToLong(listener -> listener.heard).min().orElse(0);
  }

  /** Somebody who listens, on a thread of its own. */
  private final class Listener {
    private final LineSocket connection = new LineSocket(Ports.connect(server, port));
    private final Thread thread = new Thread(this::listen, "icecast-listener");
    private volatile long heard;

    Listener() throws Exception {
      connection.send("GET " + MOUNT + " HTTP/1.0\r\n\r\n");
      assertThat(connection.readLine()).contains(" 200 ");
      while (!connection.readLine().isEmpty()) {
        continue; // its other headers
      }
      thread.start();
    }

    private void listen() {
      try {
        while (true) {
          long number = Long.parseLong(connection.readLine());
          if (heard == 0 && number < LINES_AHEAD) {
            heard = number; // who comes together with the first block begins with the next
          }
          if (number != heard) {
            fail("heard line " + number + " behind " + (heard - 1));
            return;
          }
          heard++;
        }
      } catch (IOException | RuntimeException e) {
        fail("listening to line " + heard + ": " + e);
      }
    }
  }

  /** Lines that the listeners have heard, together. */
  @Override
  public long progress() {
    return listeners.stream().mapToLong(listener -> listener.heard).sum();
  }

  @Override
  public void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  /** icecast passes on whole blocks only: the source goes on until what it has sent is heard. */
  @Override
  public void finish() throws Exception {
    long said = sent;
    Await.until(
        FtrunProcess.LIMIT,
        () -> "sent " + said + " lines, heard by all " + heardByAll() + "\n" + server.messages(),
        () -> {
          check();
          return heardByAll() >= said;
        });
    finishing = true;
    sending.join(TimeUnit.SECONDS.toMillis(20));
    if (sending.isAlive()) {
      throw new AssertionError("sending line " + sent + " does not end");
    }
  }

  @Override
  public void close() throws IOException {
    finishing = true;
    source.close();
    for (Listener listener : listeners) {
      listener.connection.close();
    }
  }
}
