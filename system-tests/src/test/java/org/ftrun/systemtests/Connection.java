package org.ftrun.systemtests;

import com.google.gson.JsonObject;

/** An element of the reply to {@code connections}, with the field names of the contract. */
record Connection(JsonObject json) {

  String local() {
    return json.get("local").getAsString();
  }

  String remote() {
    return json.get("remote").getAsString();
  }

  /** Whether both initial sequence numbers are known. */
  boolean isKnown() {
    return json.get("initialSendSequence").getAsLong() >= 0
        && json.get("initialReceiveSequence").getAsLong() >= 0;
  }
}
