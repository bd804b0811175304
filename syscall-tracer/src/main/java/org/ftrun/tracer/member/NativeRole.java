package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.Stop;

/** An unprotected service: it is not traced any more, its parent waits for its end. */
final class NativeRole implements Role {
  private final MemberThread member;
  private final GroupLink group;

  NativeRole(MemberThread member, GroupLink group) {
    this.member = member;
    this.group = group;
  }

  @Override
  public Role step() {
    Stop stop = member.tracee.await();
    switch (stop.kind()) {
      case EXITED:
        group.ended(member.pid(), stop.exitStatus());
        return null;
      case KILLED:
        group.ended(member.pid(), 128 + stop.signal());
        return null;
      case GONE:
        group.ended(member.pid(), 128 + org.ftrun.tracer.abi.Signal.SIGKILL);
        return null;
      default:
        return this;
    }
  }
}
