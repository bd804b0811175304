package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a primary. What its last call did is settled from its registers, published, and the
 * replica is told to take over, unless the service ends because it wants to.
 */
final class DyingRole implements Role {
  private static final Logger LOG = LoggerFactory.getLogger(DyingRole.class);
  private static final int NONBLOCK = 04000;

  private final PrimaryRole primary;
  private final PrimaryCalls calls;
  private final Member member;
  private final CallInFlight call;
  private boolean settled;

  DyingRole(PrimaryRole primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
  }

  /** The service ends by a signal as it would without us: no takeover. */
  Role ownDeath(int signal) throws TraceeDiedException {
    LOG.info("the service ends of {}", Signal.name(signal));
    settled = true;
    primary.recorder.setRecording(false);
    primary.group.dropReplica(null);
    member.tracee.resume(signal);
    return this;
  }

  /** A signal is about to kill the primary with a core dump: the replica goes on before that. */
  Role crashing(int signal) throws TraceeDiedException {
    settle();
    lose(Signal.name(signal));
    member.tracee.resume(signal);
    return this;
  }

  /** The primary stands at its exit event. */
  Role exiting() throws TraceeDiedException {
    LOG.debug("process {} stands at its exit event{}", member.pid(), settled ? ", settled" : "");
    if (!settled) {
      long status = member.tracee.eventMessage();
      int signal = (int) status & 0x7f;
      boolean own =
          call.executing
              && (call.resolution.role() == SyscallRole.EXIT_PROCESS
                  || call.resolution.role() == SyscallRole.EXIT_THREAD);
      if (own || signal == 0) {
        settled = true;
      } else {
        member.tracee.readRegisters(member.now);
        settle();
        lose(Signal.name(signal));
      }
    }
    member.tracee.resume(0);
    return this;
  }

  /** Decides what the call under way did, from the registers, and publishes it. */
  private void settle() throws TraceeDiedException {
    settled = true;
    calls.setDying();
    if (!call.executing || !primary.recorder.isRecording()) {
      return;
    }
    long result = call.answered ? call.answer : member.now.rax();
    if (calls.hasReturnedAtLast(member.now) && (call.answered || !isOfDying(result))) {
      long position = calls.positionAfter(result);
      if (position >= 0 && blocks()) {
        calls.publishPart(position);
      } else {
        calls.record(EventKind.SYSCALL, 0, result);
        call.executing = false;
      }
    } else if (call.transferred > 0) {
      calls.publishPart(call.transferred);
    }
  }

  /**
   * Whether a call can have failed because its process was being killed: the kernel finds no memory
   * for the dying, nor does it bring in a page for them. The replica's own call knows better.
   */
  private static boolean isOfDying(long result) {
    return result == -Errno.EFAULT || result == -Errno.ENOMEM;
  }

  /** O_NONBLOCK of the call's descriptor; the dying process cannot be asked by a call. */
  private boolean blocks() {
    if (PartialTransfer.forbidsWaiting(call)) {
      return false;
    }
    int descriptor = (int) call.arguments[TransferShape.of(call.row).waitsFor()];
    Path info = Path.of("/proc/" + member.pid() + "/fdinfo/" + descriptor);
    try {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("flags:")) {
          return (Long.parseLong(line.substring(6).trim(), 8) & NONBLOCK) == 0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.warn("{} is not readable, its transfer counts as complete", info);
    }
    return false;
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
      // What it had reported last still holds: it was killed at a stop of which we resumed it.
      if (call.executing && call.transferred > 0) {
        calls.publishPart(call.transferred);
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
