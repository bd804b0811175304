package org.ftrun.systemtests;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** An element of the reply to {@code connections}, with the field names of the contract. */
record Connection(JsonObject json) {

  String local() {
    return json.get("local").getAsString();
  }

  String remote() {
    return json.get("remote").getAsString();
  }

  long initialSendSequence() {
    return json.get("initialSendSequence").getAsLong();
  }

  long initialReceiveSequence() {
    return json.get("initialReceiveSequence").getAsLong();
  }

  long sendPosition() {
    return json.get("sendPosition").getAsLong();
  }

  long receivePosition() {
    return json.get("receivePosition").getAsLong();
  }

  /** What the handshake agreed to; a null of JSON while that is not known. */
  JsonElement options() {
    return json.get("options");
  }

  /** Whether both initial sequence numbers are known. */
  boolean isKnown() {
    return initialSendSequence() >= 0 && initialReceiveSequence() >= 0;
  }
}
