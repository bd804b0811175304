package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a primary. What the last calls of its threads did is settled and published ({@link
 * Settlement}), and the replica is told to take over, unless the service ends because it wants to.
 *
 * <p>A thread that is killed stands at its exit event first, where its registers can be read. That
 * stop may be missed (ptrace(2) promises none to a process that dies): then there is no more to see
 * of it than its end. Nothing is settled before all threads have come so far, for the one that has
 * the turn comes first.
 */
final class DyingRole implements Role, FailSafe {
  private static final Logger LOG = LoggerFactory.getLogger(DyingRole.class);

  private static final int MOST_FAILURES = 10;
  private static final long LOOK_NANOS = 50_000;

  private final PrimaryRole role;
  private final int pid;

  /** When its end was seen, of System.nanoTime(). */
  private final long seen = System.nanoTime();

  private final Set<PrimaryThread> atExit = new HashSet<>();
  private final Set<PrimaryThread> gone = new HashSet<>();

  /** Processes whose first thread, and with it the process, is to be seen to its end. */
  private final Set<ProcessThreads> left = new HashSet<>();

  private boolean settled;

  /** Exit status of the root process as a shell tells it, once it has ended. */
  private int status = 128 + Signal.SIGKILL;

  /** The signal by which it is to die after its successor has been told, or 0. */
  private int deadly;

  private boolean killed;
  private int failures;
  private String cause;

  DyingRole(PrimaryRole role) {
    this.role = role;
    this.pid = role.pid();
    left.addAll(role.processes());
  }

  /** The service ends by a signal as it would without us: no takeover. */
  Role ownDeath(PrimaryThread thread, int signal) throws TraceeDiedException {
    LOG.info("the service ends of {}", Signal.name(signal));
    settled = true;
    role.end();
    role.recording.set(false);
    role.group.dropReplica(null);
    cutLifelines();
    thread.member.tracee.resume(signal);
    return this;
  }

  /**
   * One process of several has been killed: the others, which cannot go on without it as if nothing
   * had been, are killed too, and the replica's take over all together.
   */
  private void killOthers() {
    if (left.size() > 1 && !settled && !killed && !isOwnEnd()) {
      kill();
    }
  }

  /**
   * A signal is about to kill the primary with a core dump: the replica goes on before that. Other
   * threads would have to be stopped first, so with several the process is killed, and there is no
   * dump.
   */
  Role crashing(PrimaryThread thread, int signal) throws TraceeDiedException {
    cause = Signal.name(signal);
    if (role.areSeveral()) {
      kill();
      return this;
    }
    thread.ending.settlement().byRegisters();
    settled = true;
    deadly = signal;
    lose();
    cutLifelines();
    leave(thread, signal);
    return this;
  }

  private void cutLifelines() {
    role.threads().forEach(each -> each.member.lifeline.cut());
  }

  /** A thread of the primary stands at its exit event. */
  Role exiting(PrimaryThread thread) {
    LOG.debug(
        "thread {} stands at its exit event{}", thread.member.pid(), settled ? ", settled" : "");
    killOthers();
    if (settled || LostExitEvents.include(thread)) {
      leave(thread, 0);
      return this;
    }
    atExit.add(thread);
    settleIfAllAreIn();
    return this;
  }

  private boolean isIn(PrimaryThread thread) {
    return atExit.contains(thread) || gone.contains(thread);
  }

  private void settleIfAllAreIn() {
    if (!areAllIn()) {
      return;
    }
    settleAtExit();
    settled = true;
    atExit.forEach(each -> leave(each, 0));
  }

  private boolean areAllIn() {
    return role.threads().stream().allMatch(this::isIn);
  }

  private void settleAtExit() {
    int signal = signalAtExit();
    if (signal == 0 || isOwnEnd()) {
      return;
    }
    if (cause == null) {
      cause = Signal.name(signal);
    }
    settleAll();
    DaemonFault.reached(DaemonFault.Step.SETTLED, pid);
    lose();
    DaemonFault.reached(DaemonFault.Step.SEALED, pid);
  }

  /** The signal that ends the member, 0 if none does. */
  private int signalAtExit() {
    for (PrimaryThread thread : atExit) {
      try {
        if (thread.member.threads().isLeaving()) {
          continue; // that would have been without this
        }
        return (int) thread.member.tracee.eventMessage() & 0x7f;
      } catch (TraceeDiedException e) {
        LOG.debug("thread {} is gone from its exit event", thread.member.pid());
      }
    }
    return Signal.SIGKILL;
  }

  private boolean isOwnEnd() {
    if (role.isEnding()) {
      return true;
    }
    for (PrimaryThread thread : role.threads()) {
      if (!thread.member.ids.isRoot()) {
        continue;
      }
      SyscallRole called = thread.call.executing ? thread.call.resolution.role() : null;
      if (called == SyscallRole.EXIT_PROCESS
          || called == SyscallRole.EXIT_THREAD && !thread.member.threads().areSeveral()
          || called != null && MemberKills.killsItself(thread)) {
        return true;
      }
    }
    return false;
  }

  /** The thread with the turn is the one whose own code may have left something in the log. */
  private void settleAll() {
    List<PrimaryThread> inOrder = new ArrayList<>(role.threads());
    PrimaryThread holder = role.turn.holder();
    if (inOrder.remove(holder)) {
      inOrder.add(0, holder);
    }
    inOrder.forEach(this::settle);
  }

  /** Whatever goes wrong with one thread, the others and the takeover must not suffer from it. */
  private void settle(PrimaryThread thread) {
    if (thread.member.threads().isLeaving()) {
      return; // the service has ended it: there is nothing that its successor would go on with
    }
    try {
      if (!atExit.contains(thread) || !settledByRegisters(thread)) {
        thread.ending.settlement().afterwards();
      }
    } catch (TraceeDiedException | RuntimeException e) {
      LOG.error("the last call of thread {} is not settled", thread.member.pid(), e);
    }
    thread.ending.settleKills();
  }

  private boolean settledByRegisters(PrimaryThread thread) {
    try {
      thread.member.tracee.readRegisters(thread.member.now);
      thread.ending.settlement().byRegisters();
      return true;
    } catch (TraceeDiedException e) {
      LOG.debug("thread {} is gone before its registers were read", thread.member.pid());
      return false;
    }
  }

  /** Lets it go on dying. It may be gone already: the role stays, for its end is handled once. */
  private void leave(PrimaryThread thread, int signal) {
    try {
      thread.member.tracee.resume(signal);
    } catch (TraceeDiedException e) {
      LOG.debug("thread {} is gone already", thread.member.pid());
    }
  }

  private void lose() {
    if (!role.group.primaryLost(cause, seen, LegacyReader.read(role))) {
      role.recording.set(false);
    }
  }

  /**
   * The first thread of a process that is all that is missing of it. Killed between two looks at
   * it, it may have been resumed from its exit event as if that had been the stop before; and of
   * its end the kernel tells nothing while other threads are left. Null if there is none.
   */
  private PrimaryThread missing() {
    for (ProcessThreads process : settled ? Set.<ProcessThreads>of() : left) {
      PrimaryThread first = role.withTid(process.first().pid());
      if (process.areSeveral() && first != null && !isIn(first) && areOthersIn(process)) {
        return first;
      }
    }
    return null;
  }

  private boolean areOthersIn(ProcessThreads process) {
    for (PrimaryThread thread : role.threads()) {
      boolean other = thread.member.threads() == process && thread.member != process.first();
      if (other && !isIn(thread)) {
        return false;
      }
    }
    return true;
  }

  private Stop await() {
    PrimaryThread missing = missing();
    if (missing == null) {
      return role.await();
    }
    Stop stop = role.tracees().poll();
    if (stop.kind() == StopKind.NONE) {
      if (ProcessState.isZombie(missing.member.pid())) {
        LOG.debug("thread {} is gone, and its exit event was not seen", missing.member.pid());
        gone.add(missing);
        settleIfAllAreIn();
      } else {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    return stop;
  }

  @Override
  public Role step() {
    Stop stop = await();
    if (stop.kind() == StopKind.NONE || role.isOfSpawn(stop)) {
      return this;
    }
    PrimaryThread thread = role.withTid(stop.pid());
    try {
      switch (stop.kind()) {
        case NONE:
          return this;
        case EXITING:
          return exiting(thread);
        case SIGNAL:
          goOn(thread, stop.signal());
          return this;
        case EXITED:
        case KILLED:
        case GONE:
          return ended(thread, stop);
        default:
          thread.member.tracee.resume(0);
          return this;
      }
    } catch (TraceeDiedException e) {
      return this;
    }
  }

  /** Who has a successor must not run on, whatever the reason: there would be two of it. */
  private void goOn(PrimaryThread thread, int signal) throws TraceeDiedException {
    if (deadly == 0 || signal == deadly) {
      thread.member.tracee.resume(signal);
      return;
    }
    LOG.info("process {} did not die of {} and is killed", pid, Signal.name(deadly));
    kill();
  }

  private void kill() {
    killed = true;
    for (ProcessThreads process : left) {
      Libc.call(SyscallNumber.KILL, process.first().pid(), Signal.SIGKILL);
    }
  }

  /** A thread of the primary is gone; a first one last, whose end is the process's. */
  Role ended(PrimaryThread thread, Stop stop) {
    LOG.debug("{}{}", stop, settled ? "" : ", not settled");
    killOthers();
    gone.add(thread);
    atExit.remove(thread);
    if (thread.member != thread.member.threads().first()) {
      if (settled) {
        role.remove(thread);
      } else {
        role.tracees().remove(thread.member.tracee);
        settleIfAllAreIn();
      }
      return this;
    }
    if (thread == role.first()) {
      noteStatus(stop);
    }
    left.remove(thread.member.threads());
    if (!left.isEmpty()) {
      role.tracees().remove(thread.member.tracee);
    }
    if (!settled && stop.kind() != StopKind.EXITED && (left.isEmpty() || areAllIn())) {
      settleAll();
      settled = true;
      cause = cause == null ? Signal.name(stop.signal()) : cause;
      lose();
      atExit.forEach(each -> leave(each, 0));
    }
    if (left.isEmpty()) {
      role.group.ended(pid, status);
      return null;
    }
    return this;
  }

  private void noteStatus(Stop stop) {
    if (stop.kind() == StopKind.EXITED) {
      status = stop.exitStatus();
    } else if (stop.kind() == StopKind.KILLED) {
      status = 128 + stop.signal();
    }
  }

  /** The dead must be seen to their end, and succeeded, whatever fails of ours. */
  @Override
  public Role afterError(Throwable error) {
    if (++failures > MOST_FAILURES) {
      LOG.error("process {} is given up", pid);
      role.group.ended(pid, 128 + Signal.SIGKILL);
      return null;
    }
    if (!settled) {
      settled = true;
      cause = cause == null ? Signal.name(Signal.SIGKILL) : cause;
      lose();
    }
    if (deadly != 0) {
      kill();
    }
    role.threads().forEach(each -> leave(each, 0));
    return this;
  }
}
