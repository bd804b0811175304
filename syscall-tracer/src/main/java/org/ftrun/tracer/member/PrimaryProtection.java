package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** How a primary that stands at a call boundary comes by a replica, or goes on without any. */
final class PrimaryProtection {
  private final PrimaryRole role;

  PrimaryProtection(PrimaryRole role) {
    this.role = role;
  }

  /**
   * Seeds a replica from the primary; on failure the service goes on unprotected. Does nothing if a
   * replica follows.
   *
   * @return the next role, or null to go on as before
   */
  Role seed() throws TraceeDiedException {
    if (role.recording.isOn()) {
      return null;
    }
    long begun = System.nanoTime();
    role.first().recorder.beginLog();
    String refusal = new Seeding(role).seed();
    if (refusal != null) {
      return end(refusal);
    }
    role.recording.set(true);
    DaemonFault.reached(DaemonFault.Step.RECORDING, role.pid());
    StubFault.arm(role.first().member);
    role.group.seeded((System.nanoTime() - begun) / 1000);
    return null;
  }

  /**
   * Drops the replica and lets the service run at native speed. All threads stand.
   *
   * @param reason for the log and the status
   * @return the next role
   */
  Role end(String reason) throws TraceeDiedException {
    role.recording.set(false);
    role.group.dropReplica(reason);
    Role next = new Release(role).release();
    role.group.unprotected(reason);
    return next;
  }
}
