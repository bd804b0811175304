package org.ftrun.tracer.member;

import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.Registers;

/** A process cloned from the primary that waits in the stub to become a replica. */
public final class Newborn {
  private final int pid;
  private final int parent;
  private final Registers registers;
  private final ProcessModel model;
  private final VirtualIds ids;

  Newborn(int pid, int parent, Registers registers, ProcessModel model, VirtualIds ids) {
    this.pid = pid;
    this.parent = parent;
    this.registers = registers;
    this.model = model;
    this.ids = ids;
  }

  /** Its pid. */
  public int pid() {
    return pid;
  }

  /** Pid of the primary from which it was cloned, which stands still until it runs. */
  int parent() {
    return parent;
  }

  /** The registers with which it begins: those of the primary, as the service sees them. */
  Registers registers() {
    return registers;
  }

  ProcessModel model() {
    return model;
  }

  VirtualIds ids() {
    return ids;
  }
}
