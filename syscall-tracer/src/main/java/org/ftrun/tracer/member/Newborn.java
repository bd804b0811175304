package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.ptrace.Registers;

/** A process cloned from the primary that waits in the stub to become a replica. */
public final class Newborn {
  private final int pid;
  private final int parent;
  private final Registers registers;
  private final ProcessModel model;
  private final List<MappingsOf.Mapping> sharedMemory;

  Newborn(
      int pid,
      int parent,
      Registers registers,
      ProcessModel model,
      List<MappingsOf.Mapping> sharedMemory) {
    this.pid = pid;
    this.parent = parent;
    this.registers = registers;
    this.model = model;
    this.sharedMemory = sharedMemory;
  }

  /** Its pid. */
  public int pid() {
    return pid;
  }

  /** Pid of the primary from which it was cloned. */
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

  /** Whether the primary must stand still until it is adopted: memory is yet to be copied. */
  public boolean needsPrimary() {
    return !sharedMemory.isEmpty() || model.personal.marksMemory;
  }

  /** The anonymous memory that it still shares with the primary. */
  List<MappingsOf.Mapping> sharedMemory() {
    return sharedMemory;
  }
}
