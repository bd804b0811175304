package org.ftrun.daemon.control;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

/** Replies on the control socket. Field order is that of the records, nulls are written. */
final class ControlReply {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private ControlReply() {}

  /** The request was carried out; the result may be null. */
  static String done(Object result) {
    JsonObject reply = new JsonObject();
    reply.addProperty("ok", true);
    reply.add("result", result == null ? JsonNull.INSTANCE : GSON.toJsonTree(result));
    return line(reply);
  }

  /** The request was refused or failed. */
  static String refused(String reason) {
    JsonObject reply = new JsonObject();
    reply.addProperty("ok", false);
    reply.addProperty("error", reason);
    return line(reply);
  }

  private static String line(JsonElement reply) {
    return GSON.toJson(reply) + "\n";
  }
}
