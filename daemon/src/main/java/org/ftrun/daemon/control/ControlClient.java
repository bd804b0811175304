package org.ftrun.daemon.control;

import static org.ftrun.daemon.control.ControlException.Category.FAILED;
import static org.ftrun.daemon.control.ControlException.Category.NOT_PERMITTED;
import static org.ftrun.daemon.control.ControlException.Category.NO_SUCH_SERVICE;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * ftctl's end of a control socket. Uses the JDK's own Unix sockets: as a client they do all that is
 * needed, and they start in a tenth of the time of a foreign-function library.
 */
public final class ControlClient {
  /** A reply with 10,000 connections has 2 MB. */
  private static final int LONGEST_REPLY = 64 << 20;

  private ControlClient() {}

  /** Whether somebody listens on the socket, or might; false only if certainly nobody does. */
  static boolean isAlive(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false); // a full backlog must not hold us
      channel.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      return true; // no permission, a full backlog: not ours to replace
    }
  }

  /**
   * Sends a request to the service and returns the result.
   *
   * @param limit longest wait for the reply
   * @return the reply's result, JSON null where there is none
   * @throws ControlException if there is no such service, it cannot be reached, or it refused
   */
  public static JsonElement request(
      RunDirectory directory, String name, ControlRequest request, Duration limit)
      throws ControlException {
    Path socket = directory.socket(name);
    if (!RunDirectory.isValidName(name) || !Files.exists(socket)) {
      throw noSuchService(directory, name);
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new ControlException(FAILED, name + " has too many requests waiting: try again");
      }
      channel.register(selector, SelectionKey.OP_READ);
      channel.write(ByteBuffer.wrap(request.toLine().getBytes(StandardCharsets.UTF_8)));
      return result(readReply(channel, selector, limit));
    } catch (ConnectException e) {
      throw noSuchService(directory, name);
    } catch (IOException e) {
      throw unreachable(name, e);
    }
  }

  private static ControlException noSuchService(RunDirectory directory, String name) {
    return new ControlException(
        NO_SUCH_SERVICE, "no service named " + name + " is running (" + directory.path() + ")");
  }

  private static ControlException unreachable(String name, IOException e) {
    String reason = RunDirectory.reason(e);
    return reason.toLowerCase(java.util.Locale.ROOT).contains("permission denied")
        ? new ControlException(
            NOT_PERMITTED, "no permission to control " + name + ": run ftctl as its user or root")
        : new ControlException(FAILED, name + " cannot be reached: " + reason);
  }

  private static String readReply(SocketChannel channel, Selector selector, Duration limit)
      throws IOException, ControlException {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    long deadline = System.nanoTime() + limit.toNanos();
    while (reply.size() < LONGEST_REPLY) {
      long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (leftMillis <= 0) {
        throw new ControlException(FAILED, "no reply within " + limit.toSeconds() + " s");
      }
      selector.select(leftMillis);
      selector.selectedKeys().clear();
      int count = channel.read(chunk);
      boolean complete = chunk.position() > 0 && chunk.get(chunk.position() - 1) == '\n';
      if (count < 0 || complete) {
        reply.write(chunk.array(), 0, chunk.position());
        return reply.toString(StandardCharsets.UTF_8);
      }
      reply.write(chunk.array(), 0, chunk.position());
      chunk.clear();
    }
    throw new ControlException(FAILED, "reply too long");
  }

  private static JsonElement result(String reply) throws ControlException {
    if (reply.isEmpty()) {
      throw new ControlException(FAILED, "the service ended before it could reply");
    }
    try {
      JsonObject object = JsonParser.parseString(reply).getAsJsonObject();
      if (object.get("ok").getAsBoolean()) {
        return object.get("result");
      }
      throw new ControlException(FAILED, object.get("error").getAsString());
    } catch (JsonParseException | IllegalStateException e) {
      throw new ControlException(FAILED, "the reply is not one of this ftrun's");
    }
  }
}
