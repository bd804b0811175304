package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Gives a stopped primary back to itself: its calls are ended or made again, and it is let go
 * ({@link Unbinding}).
 */
final class Release {
  private final PrimaryRole role;
  private final MemberThread member;

  Release(PrimaryRole role) {
    this.role = role;
    this.member = role.first().member;
  }

  /** Lets the service run natively; all its threads stand. */
  Role release() throws TraceeDiedException {
    List<Registers> services = new ArrayList<>();
    for (PrimaryThread thread : role.threads()) {
      services.add(thread.ending.leaveForNative());
    }
    role.adopted.leave();
    Unbinding unbinding = new Unbinding(member, role.group.log().layout().totalBytes(), true);
    unbinding.undo(services);
    unbinding.detach();
    return new NativeRole(member, role.group);
  }
}
