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

  Release(PrimaryRole role) {
    this.role = role;
  }

  /** Lets the service run natively; all its threads stand. */
  Role release() throws TraceeDiedException {
    List<Unbinding> undone = new ArrayList<>();
    for (ProcessThreads process : role.processes()) {
      try {
        undone.add(undo(process));
      } catch (TraceeDiedException e) {
        seeToEnd(process);
      }
    }
    for (Unbinding unbinding : undone) {
      unbinding.detach();
    }
    return new NativeRole(role.first().member, role.group);
  }

  private Unbinding undo(ProcessThreads process) throws TraceeDiedException {
    List<Registers> services = new ArrayList<>();
    for (PrimaryThread thread : role.threads()) {
      if (thread.member.threads() == process) {
        services.add(thread.ending.leaveForNative());
      }
    }
    role.processes.adopted(process).leave();
    Unbinding unbinding =
        new Unbinding(process.first(), role.group.log().layout().totalBytes(), true);
    unbinding.undo(services);
    return unbinding;
  }

  /** A process has been killed, of which the others learn from the kernel. */
  private static void seeToEnd(ProcessThreads process) throws TraceeDiedException {
    if (process.first().ids.isRoot()) {
      throw TraceeDiedException.INSTANCE;
    }
    ReplicaBirth.discard(process.first().pid());
  }
}
