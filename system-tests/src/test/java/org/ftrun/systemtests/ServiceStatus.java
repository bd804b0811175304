package org.ftrun.systemtests;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A reply to {@code status}, with the field names of the contract. */
record ServiceStatus(JsonObject json) {
  /** The reason when a service is no longer one process. */
  static final String SHARING_CHILD =
      "the service started a child process with which it shares memory";

  String state() {
    return json.get("state").getAsString();
  }

  boolean isProtected() {
    return state().equals("PROTECTED");
  }

  long epoch() {
    return json.get("epoch").getAsLong();
  }

  long primaryPid() {
    return json.getAsJsonObject("primary").get("pid").getAsLong();
  }

  /** The pids of all processes of the primary, its root's first. */
  List<Long> processes() {
    return processes(json.getAsJsonObject("primary"));
  }

  /** Of each replica the pids of all its processes, its root's first. */
  List<List<Long>> replicaProcesses() {
    List<List<Long>> processes = new ArrayList<>();
    for (JsonElement replica : json.getAsJsonArray("replicas")) {
      processes.add(processes(replica.getAsJsonObject()));
    }
    return processes;
  }

  private static List<Long> processes(JsonObject member) {
    List<Long> pids = new ArrayList<>();
    member.getAsJsonArray("processes").forEach(pid -> pids.add(pid.getAsLong()));
    return pids;
  }

  /** The core on which a member is to run, by its pid. */
  Map<Long, Integer> cores() {
    Map<Long, Integer> cores = new LinkedHashMap<>();
    for (JsonObject member : members()) {
      cores.put(member.get("pid").getAsLong(), member.get("cpu").getAsInt());
    }
    return cores;
  }

  /** The pids of all members, the primary's first. */
  List<Long> pids() {
    return List.copyOf(cores().keySet());
  }

  private List<JsonObject> members() {
    List<JsonObject> members = new ArrayList<>();
    JsonElement primary = json.get("primary");
    if (primary != null && primary.isJsonObject()) {
      members.add(primary.getAsJsonObject());
    }
    json.getAsJsonArray("replicas").forEach(replica -> members.add(replica.getAsJsonObject()));
    return members;
  }

  /** The reason, or an empty string. */
  String unprotectedReason() {
    JsonElement reason = json.get("unprotectedReason");
    return reason == null || reason.isJsonNull() ? "" : reason.getAsString();
  }

  long events() {
    return json.get("events").getAsLong();
  }

  /** Events of those that needed a ptrace stop. */
  long slowPathEvents() {
    return json.get("slowPathEvents").getAsLong();
  }

  /** Bytes of the event log that the events took. */
  long logBytes() {
    return json.get("logBytes").getAsLong();
  }

  /** Events that a replica has not consumed yet. */
  long lag() {
    long lag = 0;
    for (JsonElement replica : json.getAsJsonArray("replicas")) {
      lag += replica.getAsJsonObject().get("lagEvents").getAsLong();
    }
    return lag;
  }

  /** Places in the program whose calls take the fast path. */
  long fastSites() {
    return json.getAsJsonObject("sites").get("fast").getAsLong();
  }

  /** Places whose calls were found not to be able to. */
  long slowSites() {
    return json.getAsJsonObject("sites").get("slow").getAsLong();
  }

  long divergences() {
    return json.get("divergences").getAsLong();
  }

  /** Last calls of dead primaries of which the kernel's counters say what the registers said. */
  long agreed() {
    return json.getAsJsonObject("settlements").get("agreed").getAsLong();
  }

  /** Last calls of which they say something else. */
  long disagreed() {
    return json.getAsJsonObject("settlements").get("disagreed").getAsLong();
  }

  /** Last calls which the counters decided. */
  long decided() {
    return json.getAsJsonObject("settlements").get("decided").getAsLong();
  }

  /** The causes of all takeovers, oldest first. */
  List<String> takeoverCauses() {
    List<String> causes = new ArrayList<>();
    for (JsonElement takeover : json.getAsJsonArray("takeovers")) {
      causes.add(takeover.getAsJsonObject().get("cause").getAsString());
    }
    return causes;
  }
}
