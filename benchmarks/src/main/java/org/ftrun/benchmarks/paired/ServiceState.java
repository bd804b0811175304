package org.ftrun.benchmarks.paired;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the harness reads of {@code ftctl NAME status --json}. It asks the control socket itself: a
 * JVM for each question would disturb what is measured.
 *
 * @param logBytes bytes of the event log written since the launch; null if the status lacks it
 */
record ServiceState(
    String state,
    long epoch,
    Member primary,
    List<Member> replicas,
    String unprotectedReason,
    List<Takeover> takeovers,
    long events,
    long slowPathEvents,
    long divergences,
    Long logBytes,
    List<Seeding> seedings) {
  private static final String REQUEST = "{\"command\":\"status\"}\n";

  /** A process of the service; a replica has a lag. */
  record Member(long pid, int cpu, long lagEvents) {}

  /** A takeover and its length in microseconds, from the end being seen to the promotion. */
  record Takeover(long epoch, long micros) {}

  /** How long a primary stood still while a replica was made of it, microseconds. */
  record Seeding(long epoch, long micros) {}

  boolean isProtected() {
    return "PROTECTED".equals(state) && primary != null && !replicas.isEmpty();
  }

  /** Asks; empty if nobody answers, as before the start and after the end. */
  static Optional<ServiceState> ask(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.UTF_8)));
      ByteArrayOutputStream reply = new ByteArrayOutputStream();
      ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
      while (channel.read(chunk) >= 0) {
        reply.write(chunk.array(), 0, chunk.position());
        chunk.clear();
      }
      JsonObject object =
          JsonParser.parseString(reply.toString(StandardCharsets.UTF_8)).getAsJsonObject();
      return Optional.ofNullable(object.get("result"))
          .map(result -> new Gson().fromJson(result, ServiceState.class));
    } catch (IOException | JsonParseException | IllegalStateException e) {
      return Optional.empty(); // being set up or taken down: the caller asks again, up to its limit
    }
  }
}
