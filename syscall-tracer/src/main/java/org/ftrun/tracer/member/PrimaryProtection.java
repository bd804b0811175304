package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** How a primary that stands at a call boundary comes by a replica, or goes on without any. */
final class PrimaryProtection {
  private final PrimaryRole primary;
  private final Member member;
  private final GroupLink group;
  private final EventRecorder recorder;

  PrimaryProtection(PrimaryRole primary) {
    this.primary = primary;
    this.member = primary.member;
    this.group = primary.group;
    this.recorder = primary.recorder;
  }

  /**
   * Seeds a replica from the primary; on failure the service goes on unprotected. Does nothing if a
   * replica follows.
   *
   * @param service the registers as the service sees them
   * @return the next role, or null to go on as before
   */
  Role seed(Registers service) throws TraceeDiedException {
    if (recorder.isRecording()) {
      return null;
    }
    recorder.catchUp();
    String refusal = new Seeding(member, group).seed(service);
    if (refusal != null) {
      return end(service, refusal);
    }
    recorder.setRecording(true);
    StubFault.arm(member);
    return null;
  }

  /**
   * Drops the replica and lets the service run at native speed.
   *
   * @param service the registers from which it goes on
   * @param reason for the log and the status
   * @return the next role
   */
  Role end(Registers service, String reason) throws TraceeDiedException {
    recorder.setRecording(false);
    group.dropReplica(reason);
    CallInFlight call = primary.call;
    if (service == call.atSite && service.rip() == call.site) {
      new CallIdentities(member).prepareNative(call); // the service makes it itself
    }
    Role next = new Release(member, group).release(service);
    group.unprotected(reason);
    return next;
  }
}
