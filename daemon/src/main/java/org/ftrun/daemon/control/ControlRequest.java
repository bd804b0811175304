package org.ftrun.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Locale;
import java.util.Optional;

/** What a client may ask for; the line on the socket is {@code {"command":"status"}}. */
public enum ControlRequest {
  /** The status, as {@code ftctl NAME status --json} prints it. */
  STATUS,
  /** The TCP connections. */
  CONNECTIONS,
  /** A planned takeover; answered when it is done. */
  TAKEOVER,
  /** Protect again after unprotect. */
  PROTECT,
  /** Drop the replica. */
  UNPROTECT,
  /** End the service. */
  STOP;

  /** The command's name on the command line and in the request. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The request with that word. */
  public static Optional<ControlRequest> ofWord(String word) {
    for (ControlRequest request : values()) {
      if (request.word().equals(word)) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }

  String toLine() {
    return "{\"command\":\"" + word() + "\"}\n";
  }

  /** The request in a line, or empty if the line holds none. */
  static Optional<ControlRequest> parse(String line) {
    try {
      JsonObject object = JsonParser.parseString(line).getAsJsonObject();
      return object.has("command") ? ofWord(object.get("command").getAsString()) : Optional.empty();
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      return Optional.empty(); // not an object, or not a string: the caller answers with an error
    }
  }
}
