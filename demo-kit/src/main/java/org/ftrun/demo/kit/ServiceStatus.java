package org.ftrun.demo.kit;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * What the demos read of {@code ftctl NAME status --json}; fields that are not named here are
 * ignored.
 *
 * @param state STARTING, PROTECTED, UNPROTECTED, TAKING_OVER or STOPPED
 * @param epoch 1 from the launch on, one more after every takeover
 * @param primary the process that serves; null once the service has stopped
 * @param replicas the processes that follow; may be empty
 * @param unprotectedReason why nothing follows; null unless the state is UNPROTECTED
 * @param takeovers oldest first
 * @param divergences replicas dropped because they did something else than the primary
 */
record ServiceStatus(
    String name,
    String state,
    long epoch,
    Member primary,
    List<Member> replicas,
    String unprotectedReason,
    List<Takeover> takeovers,
    long divergences) {

  /** A process of the service. */
  record Member(long pid, int cpu) {}

  /** A takeover: the epoch it began, the signal that caused it, and its length in microseconds. */
  record Takeover(long epoch, String cause, long drainedEvents, long micros) {}

  boolean isProtected() {
    return "PROTECTED".equals(state);
  }

  /** Parses the object; a missing list counts as empty. */
  static ServiceStatus parse(String json) throws DemoException {
    ServiceStatus status;
    try {
      status = new Gson().fromJson(json, ServiceStatus.class);
    } catch (JsonParseException e) {
      throw new DemoException("ftctl printed no status: " + json.strip(), e);
    }
    if (status == null || status.state == null) {
      throw new DemoException("ftctl printed no status: " + json.strip());
    }
    return new ServiceStatus(
        status.name,
        status.state,
        status.epoch,
        status.primary,
        status.replicas == null ? List.of() : status.replicas,
        status.unprotectedReason,
        status.takeovers == null ? List.of() : status.takeovers,
        status.divergences);
  }
}
