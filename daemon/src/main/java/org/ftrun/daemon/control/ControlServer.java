package org.ftrun.daemon.control;

import static org.ftrun.daemon.control.ControlException.Category.NAME_IN_USE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket of one service. {@link #claim} takes the service's name before anything is
 * started; clients that connect early wait until {@link #serve}. One thread serves one client after
 * the other, each for at most {@link #CLIENT_LIMIT_MILLIS} of waiting.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** How long one client may keep the others waiting by sending or reading slowly. */
  static final long CLIENT_LIMIT_MILLIS = 1_000;

  /** Longest request line in bytes. */
  static final int LONGEST_REQUEST = 4_096;

  private static final long THREAD_END_MILLIS = 2 * CLIENT_LIMIT_MILLIS;
  private static final int SHUT_RDWR = 2;

  private final Path path;
  private final long uid;
  private final UnixServerSocketChannel socket;
  private volatile boolean closed;
  private Thread thread;

  private ControlServer(Path path, long uid, UnixServerSocketChannel socket) {
    this.path = path;
    this.uid = uid;
    this.socket = socket;
  }

  /**
   * Takes the name: makes the directory and the socket (mode 0600), replacing the socket of an
   * ftrun that is dead.
   *
   * @throws ControlException NAME_IN_USE, or NOT_PERMITTED if the directory cannot be used
   */
  public static ControlServer claim(RunDirectory directory, String name) throws ControlException {
    directory.prepare(name);
    Path path = directory.socket(name);
    try {
      DirectoryLock lock = DirectoryLock.acquire(directory.path());
      try {
        return bind(path, name);
      } finally {
        lock.close();
      }
    } catch (IOException e) {
      throw directory.unusable(e);
    }
  }

  private static ControlServer bind(Path path, String name) throws IOException, ControlException {
    if (Files.exists(path)) {
      if (ControlClient.isAlive(path)) {
        throw new ControlException(
            NAME_IN_USE, "a service named " + name + " is running: choose another --name");
      }
      Files.delete(path);
    }
    UnixServerSocketChannel socket = UnixServerSocketChannel.open();
    try {
      socket.socket().bind(new UnixSocketAddress(path.toString()));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return new ControlServer(path, Libc.call(SyscallNumber.GETEUID), socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Starts answering for the service. Called once. */
  public void serve(ProtectedService service) {
    ControlRequests requests = new ControlRequests(service);
    thread = new Thread(() -> run(requests), "control");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(ControlRequests requests) {
    while (!closed) {
      try (UnixSocketChannel client = socket.accept()) {
        if (client != null) {
          answer(client, requests);
        }
      } catch (IOException e) {
        LOG.debug("a client of the control socket was lost: {}", e.getMessage());
      } catch (RuntimeException e) {
        if (!closed) { // a socket that was shut down lets accept fail in its own ways
          LOG.warn("a request on the control socket failed: {}", e.toString());
          LOG.debug("details", e);
        }
      }
    }
  }

  private void answer(UnixSocketChannel client, ControlRequests requests) throws IOException {
    Optional<String> line = readLine(client); // first: closing with unread bytes resets the peer
    int peer = client.getOption(UnixSocketOptions.SO_PEERCRED).getUid();
    if (peer != uid && peer != 0) {
      write(client, ControlReply.refused("no permission: the service belongs to another user"));
    } else if (line.isPresent()) {
      write(client, requests.answer(line.get()));
    }
  }

  /** The request, or empty if the client sent none in time or too much. */
  private static Optional<String> readLine(UnixSocketChannel client) throws IOException {
    ByteBuffer received = ByteBuffer.allocate(LONGEST_REQUEST);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLIENT_LIMIT_MILLIS);
    while (received.hasRemaining()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        LOG.debug("a client of the control socket sent no request in time");
        return Optional.empty();
      }
      client.setOption(UnixSocketOptions.SO_RCVTIMEO, (int) left);
      if (client.read(received) <= 0) {
        return Optional.empty();
      }
      if (received.get(received.position() - 1) == '\n') {
        return Optional.of(
            new String(received.array(), 0, received.position() - 1, StandardCharsets.UTF_8));
      }
    }
    write(client, ControlReply.refused("request longer than " + LONGEST_REQUEST + " bytes"));
    return Optional.empty();
  }

  private static void write(UnixSocketChannel client, String reply) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(reply.getBytes(StandardCharsets.UTF_8));
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLIENT_LIMIT_MILLIS);
    while (bytes.hasRemaining()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new IOException("a client did not read its reply in time");
      }
      client.setOption(UnixSocketOptions.SO_SNDTIMEO, (int) left);
      client.write(bytes);
    }
  }

  /** Where the socket is. */
  public Path path() {
    return path;
  }

  /** Removes the socket and ends the thread after the request that is being answered. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", path, RunDirectory.reason(e));
    }
    Libc.call(SyscallNumber.SHUTDOWN, socket.getFD(), SHUT_RDWR); // wakes accept; closing would not
    try {
      if (thread != null) {
        thread.join(THREAD_END_MILLIS);
      }
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing the control socket: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
