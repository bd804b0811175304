package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.Registers;

/** A process cloned from the primary that waits in the stub to become a replica. */
public final class Newborn {
  private final int pid;
  private final Registers registers;
  private final ProcessModel model;

  Newborn(int pid, Registers registers, ProcessModel model) {
    this.pid = pid;
    this.registers = registers;
    this.model = model;
  }

  /** Its pid. */
  public int pid() {
    return pid;
  }

  /** The registers with which it begins: those of the primary, as the service sees them. */
  Registers registers() {
    return registers;
  }

  ProcessModel model() {
    return model;
  }
}
