package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a primary. What its last call did is settled and published ({@link Settlement}), and
 * the replica is told to take over, unless the service ends because it wants to.
 *
 * <p>A process that is killed stands at its exit event first, where its registers can be read. That
 * stop may be missed (ptrace(2) promises none to a process that dies): then there is no more to see
 * of it than its end.
 */
final class DyingRole implements Role {
  private static final Logger LOG = LoggerFactory.getLogger(DyingRole.class);

  /** System property: for a test, no primary's exit event is looked at. */
  static final String LOSE_EXIT_EVENT = "ftrun.test.lose-exit-event";

  private static final boolean LOSES_EXIT_EVENT = Boolean.getBoolean(LOSE_EXIT_EVENT);

  private final PrimaryRole primary;
  private final Settlement settlement;
  private final Member member;
  private final CallInFlight call;
  private boolean settled;

  DyingRole(PrimaryRole primary, PrimaryCalls calls) {
    this.primary = primary;
    this.settlement = new Settlement(primary, calls);
    this.member = primary.member;
    this.call = primary.call;
  }

  /** The service ends by a signal as it would without us: no takeover. */
  Role ownDeath(int signal) throws TraceeDiedException {
    LOG.info("the service ends of {}", Signal.name(signal));
    settled = true;
    primary.recorder.setRecording(false);
    primary.group.dropReplica(null);
    member.lifeline.cut();
    member.tracee.resume(signal);
    return this;
  }

  /** A signal is about to kill the primary with a core dump: the replica goes on before that. */
  Role crashing(int signal) throws TraceeDiedException {
    settlement.byRegisters();
    settled = true;
    lose(Signal.name(signal));
    member.lifeline.cut();
    leave(signal);
    return this;
  }

  /** The primary stands at its exit event. */
  Role exiting() {
    LOG.debug("process {} stands at its exit event{}", member.pid(), settled ? ", settled" : "");
    if (!settled && !LOSES_EXIT_EVENT) {
      try {
        settleAtExit();
      } catch (TraceeDiedException e) {
        LOG.debug("process {} is gone before its registers were read", member.pid());
        return this; // its wait status is what comes next
      }
    }
    leave(0);
    return this;
  }

  private void settleAtExit() throws TraceeDiedException {
    int signal = (int) member.tracee.eventMessage() & 0x7f;
    boolean own =
        call.executing
            && (call.resolution.role() == SyscallRole.EXIT_PROCESS
                || call.resolution.role() == SyscallRole.EXIT_THREAD);
    if (!own && signal != 0) {
      member.tracee.readRegisters(member.now);
      settlement.byRegisters();
      lose(Signal.name(signal));
    }
    settled = true;
  }

  /** Lets it go on dying. It may be gone already: the role stays, for its end is handled once. */
  private void leave(int signal) {
    try {
      member.tracee.resume(signal);
    } catch (TraceeDiedException e) {
      LOG.debug("process {} is gone already", member.pid());
    }
  }

  private void lose(String cause) {
    Legacy legacy =
        new Legacy(
            member.pid(),
            timers(),
            call.executing ? call.began : 0,
            pendingSignals(false),
            pendingSignals(true),
            member.held.all(),
            member.hiddenPending.all());
    if (!primary.group.primaryLost(cause, legacy)) {
      primary.recorder.setRecording(false);
    }
  }

  private List<Legacy.TimerLeft> timers() {
    PersonalState state = member.model().personal;
    List<Legacy.TimerLeft> left = new ArrayList<>();
    for (CpuTimer timer : List.of(state.virtualTimer, state.profilingTimer)) {
      if (timer.isArmed()) {
        long micros = timer.microsLeft(member.pid());
        left.add(new Legacy.TimerLeft(timer.which(), micros, timer.intervalMicros()));
      }
    }
    return left;
  }

  /** What the kernel holds for the process, as far as it can still be asked. */
  private List<byte[]> pendingSignals(boolean shared) {
    List<byte[]> pending = new ArrayList<>();
    try {
      for (byte[] siginfo : member.tracee.pendingSignals(shared)) {
        addAsynchronous(siginfo, pending);
      }
    } catch (TraceeDiedException e) {
      LOG.debug("the primary is gone, its pending signals with it");
    }
    return pending;
  }

  private static void addAsynchronous(byte[] siginfo, List<byte[]> pending) {
    int signal = HeldSignals.signalOf(siginfo);
    boolean dispatch =
        signal == Signal.SIGSYS && HeldSignals.codeOf(siginfo) == PrimaryRole.SYS_USER_DISPATCH;
    if (signal != Signal.SIGKILL && !dispatch && !PrimarySignals.isSynchronous(signal, siginfo)) {
      pending.add(siginfo);
    }
  }

  @Override
  public Role step() {
    Stop stop = member.tracee.await();
    try {
      switch (stop.kind()) {
        case NONE:
          return this;
        case EXITING:
          return exiting();
        case SIGNAL:
          member.tracee.resume(stop.signal());
          return this;
        case EXITED:
        case KILLED:
        case GONE:
          return ended(stop);
        default:
          member.tracee.resume(0);
          return this;
      }
    } catch (TraceeDiedException e) {
      return this;
    }
  }

  /** The primary is gone and reaped. */
  Role ended(Stop stop) {
    LOG.debug("{}{}", stop, settled ? "" : ", not settled");
    if (!settled && stop.kind() != StopKind.EXITED) {
      try {
        settlement.afterwards();
      } catch (TraceeDiedException e) {
        LOG.error("the last call of process {} is not settled: {}", member.pid(), call.row, e);
      }
      settled = true;
      lose(Signal.name(stop.signal()));
    }
    int status = 128 + Signal.SIGKILL;
    if (stop.kind() == StopKind.EXITED) {
      status = stop.exitStatus();
    } else if (stop.kind() == StopKind.KILLED) {
      status = 128 + stop.signal();
    }
    primary.group.ended(member.pid(), status);
    return null;
  }
}
