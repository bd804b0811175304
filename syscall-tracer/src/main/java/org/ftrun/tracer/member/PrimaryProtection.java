package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** How a primary that stands at a call boundary comes by a replica, or goes on without any. */
final class PrimaryProtection {
  private final PrimaryRole role;
  private boolean ended;

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
    if (role.recording.isOn() || ended) {
      return null;
    }
    long begun = System.nanoTime();
    role.first().recorder.beginLog();
    String refusal = new Seeding(role).seed();
    if (refusal != null) {
      return giveUp(refusal);
    }
    role.recording.set(true);
    DaemonFault.reached(DaemonFault.Step.RECORDING, role.pid());
    StubFault.arm(role.first().member);
    role.group.seeded((System.nanoTime() - begun) / 1000);
    return null;
  }

  /** Whether the service is not protected, and will not be. */
  boolean hasEnded() {
    return ended;
  }

  /**
   * Drops the replica and lets the service run at native speed. All threads stand.
   *
   * @param reason for the log and the status
   * @return the next role
   */
  Role end(String reason) throws TraceeDiedException {
    drop(reason);
    Role next = new Release(role).release();
    tell(reason);
    return next;
  }

  /**
   * As {@link #end}, where nothing keeps the service from going on as before: while it has children
   * for which only its tracer can have it wait, it does.
   *
   * @return the next role, or null to go on as before
   */
  Role giveUp(String reason) throws TraceeDiedException {
    if (!role.processes.haveAdopted()) {
      return end(reason);
    }
    drop(reason);
    tell(reason);
    return null;
  }

  private void drop(String reason) {
    role.recording.set(false);
    if (!ended) {
      role.group.dropReplica(reason);
    }
    role.group.heldSegments().releaseAll(); // nobody takes over any more
  }

  private void tell(String reason) {
    if (!ended) {
      ended = true;
      role.group.unprotected(reason);
    }
  }

  /** The service has waited for the last of the children that its tracer was needed for. */
  void childrenGone() {
    if (ended) {
      role.requestNative("");
    }
  }
}
