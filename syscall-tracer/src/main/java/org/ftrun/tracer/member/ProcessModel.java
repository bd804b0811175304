package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubRegion;

/**
 * What the tracer knows of a process that neither the kernel nor a clone of the process would tell
 * it. Each member has its own, kept equal by seeing the same calls; a replica starts with a copy.
 */
final class ProcessModel {
  final StubRegion stub;

  /** Where the event log is mapped. */
  final TraceeAddress log;

  final SignalActions actions;

  /** Signals of {@link SignalActions#OWNED} that the service believes to be blocked. */
  long hiddenMask;

  /** What set_tid_address set, or 0. */
  long tidAddress;

  /** What set_robust_list set: address and length. */
  long robustList;

  long robustLength;

  /** Whether rdtsc faults. */
  boolean timeStampTrapped;

  /** Whether cpuid faults. */
  boolean cpuidTrapped;

  final IntervalTimer realTimer;

  ProcessModel(StubRegion stub, TraceeAddress log, SignalActions actions) {
    this(stub, log, actions, new IntervalTimer());
  }

  private ProcessModel(
      StubRegion stub, TraceeAddress log, SignalActions actions, IntervalTimer realTimer) {
    this.stub = stub;
    this.log = log;
    this.actions = actions;
    this.realTimer = realTimer;
  }

  ProcessModel copy() {
    ProcessModel copy = new ProcessModel(stub, log, actions.copy(), realTimer.copy());
    copy.hiddenMask = hiddenMask;
    copy.tidAddress = tidAddress;
    copy.robustList = robustList;
    copy.robustLength = robustLength;
    copy.timeStampTrapped = timeStampTrapped;
    copy.cpuidTrapped = cpuidTrapped;
    return copy;
  }
}
