package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.DaemonFault.What;
import org.ftrun.tracer.ptrace.DaemonFault.Who;

/** Tells {@link DaemonFault} of the stops of one tracee. */
public final class StopFaults {
  private final int pid;
  private Who who = Who.LAUNCHED;
  private What what;
  private boolean injecting;

  StopFaults(int pid) {
    this.pid = pid;
  }

  /** What the tracee is from now on. */
  public void is(Who now) {
    who = now;
  }

  /** Whether it makes a call of ours, whose trap follows. */
  public void injects(boolean injected) {
    injecting = injected;
  }

  /** This stop has been read. */
  Stop read(Stop stop) {
    what = of(stop);
    if (what != null) {
      DaemonFault.read(who, what, pid);
    }
    return stop;
  }

  /** It is about to be resumed from its last stop. */
  void resuming() {
    if (what != null) {
      DaemonFault.resuming(who, injecting ? What.INJECTED : what, pid);
    }
  }

  /** It is about to be resumed for one instruction. */
  void stepping() {
    DaemonFault.resuming(who, What.STEP, pid);
  }

  private What of(Stop stop) {
    switch (stop.kind()) {
      case SIGNAL:
        return ofSignal(stop.signal());
      case TRAP:
        return What.INTERRUPT;
      case GROUP_STOP:
        return What.GROUP_STOP;
      case EXEC:
        return What.EXEC;
      case BIRTH:
        return What.BIRTH;
      case EXITING:
        return What.EXIT;
      case SYSCALL:
        return What.SYSCALL;
      default:
        return null;
    }
  }

  private What ofSignal(int signal) {
    switch (signal) {
      case Signal.SIGSYS:
        return What.CALL;
      case Signal.SIGTRAP:
        return injecting ? What.INJECTED : What.TRAP;
      case Signal.SIGSEGV:
        return What.FAULT;
      default:
        return What.SIGNAL;
    }
  }
}
