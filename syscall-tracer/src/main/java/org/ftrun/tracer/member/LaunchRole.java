package org.ftrun.tracer.member;

import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** The launcher on its way to the service's program: at its exec the primary begins. */
final class LaunchRole implements Role {
  /** PTRACE_O_TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC and TRACEEXIT. */
  static final int PRIMARY_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40;

  private final Tracee tracee;
  private final GroupLink group;

  LaunchRole(Tracee tracee, GroupLink group) {
    this.tracee = tracee;
    this.group = group;
  }

  /**
   * Seizes the launcher; to be called by a command of the tracer that gets the role.
   *
   * @throws TraceeDiedException if it is gone
   */
  static LaunchRole seize(int pid, GroupLink group) throws TraceeDiedException {
    return new LaunchRole(Tracee.seize(pid, PRIMARY_OPTIONS), group);
  }

  @Override
  public Role step() {
    Stop stop = tracee.await();
    try {
      switch (stop.kind()) {
        case NONE:
          return this;
        case EXEC:
          VirtualIds ids = VirtualIds.ofRoot(tracee.pid());
          return new PrimaryRole(new MemberThread(tracee, null, ids, null), group).begin();
        case SIGNAL:
          tracee.resume(stop.signal());
          return this;
        case EXITED:
          group.ended(tracee.pid(), stop.exitStatus());
          return null;
        case KILLED:
          group.ended(tracee.pid(), 128 + stop.signal());
          return null;
        case GONE:
          group.ended(tracee.pid(), 128 + org.ftrun.tracer.abi.Signal.SIGKILL);
          return null;
        default:
          tracee.resume(0);
          return this;
      }
    } catch (TraceeDiedException e) {
      return this;
    }
  }
}
