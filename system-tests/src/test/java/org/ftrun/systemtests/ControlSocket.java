package org.ftrun.systemtests;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The control socket of one ftrun, spoken to directly: starting ftctl takes half a second, and
 * these tests ask thousands of times. One connection carries one request and one reply.
 */
record ControlSocket(Path path) {

  /**
   * Asks.
   *
   * @return the result, or empty if nobody answers, as before the start and after the end
   * @throws AssertionError if the request is refused
   */
  Optional<JsonElement> ask(String command) {
    String reply = exchange("{\"command\":\"" + command + "\"}\n");
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    JsonObject object = JsonParser.parseString(reply).getAsJsonObject();
    if (!object.get("ok").getAsBoolean()) {
      throw new AssertionError(command + " was refused: " + object.get("error").getAsString());
    }
    return Optional.of(object.get("result"));
  }

  private String exchange(String request) {
    if (!Files.exists(path)) {
      return "";
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      ByteArrayOutputStream reply = new ByteArrayOutputStream();
      ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
      while (channel.read(chunk) >= 0) {
        reply.write(chunk.array(), 0, chunk.position());
        chunk.clear();
      }
      return reply.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // being set up or taken down: the caller asks again, up to its limit
    }
  }
}
