package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;

/** The ways in which a thread stops being one of the primary's: it exits, dies, or is let go. */
final class ThreadEnding {
  private final PrimaryThread thread;
  private final PrimaryCalls calls;
  private final PrimaryFastPath fast;
  private final MemberThread member;
  private final CallInFlight call;

  ThreadEnding(PrimaryThread thread, PrimaryCalls calls, PrimaryFastPath fast) {
    this.thread = thread;
    this.calls = calls;
    this.fast = fast;
    this.member = thread.member;
    this.call = thread.call;
  }

  /**
   * A signal has killed the thread's process: while nobody follows that could take over for all,
   * that is the end of this process alone, as it would be natively.
   *
   * @param signal its number, 0 if there is none
   */
  void noteKilled(int signal) {
    ProcessThreads process = member.threads();
    if (signal != 0
        && !member.ids.isRoot()
        && !thread.recorder.isRecording()
        && !process.isLeaving()) {
      process.leave(ProcessEnd.killed(process, signal));
      thread.role.processes.tellEnd(thread.recorder, process);
    }
  }

  /** Whether the thread exits by itself, or with its process, while others go on. */
  boolean isAlone() {
    return member.threads().isLeaving() || isAloneInProcess();
  }

  private boolean isAloneInProcess() {
    return member.threads().areSeveral()
        && call.executing
        && call.resolution.role() == SyscallRole.EXIT_THREAD
        && !thread.role.isEnding();
  }

  /** Such a thread stands at its exit event: it goes on to its end, unless it has been killed. */
  Role leave() throws TraceeDiedException {
    boolean killed = (member.tracee.eventMessage() & 0x7f) != 0;
    if (killed && !member.threads().isLeaving()) {
      return new DyingRole(thread.role).exiting(thread);
    }
    member.tracee.resume(0);
    return thread.role;
  }

  /** Decides what a call did in which the process died. */
  Settlement settlement() {
    return new Settlement(thread, calls);
  }

  /** The process dies: what its own code was doing with the kernel is settled. */
  void settleFastPath() throws TraceeDiedException {
    if (!call.executing) {
      fast.settle();
    }
  }

  /** Whom its call was to kill, and which counts as not made, is killed by its successor's. */
  void settleKills() {
    calls.kills.settled(-Errno.EINTR);
  }

  /** As {@link #settleFastPath}, once the process is gone. */
  void settleFastPathAfterwards() {
    if (!call.executing && thread.recorder.isRecording() && member.fastPath.isOn()) {
      fast.settleAfterwards();
    }
  }

  /**
   * The thread, which stands, is to run natively: a call that has returned is completed, another
   * one is made again.
   *
   * @return the registers to go on with
   */
  Registers leaveForNative() throws TraceeDiedException {
    if (thread.standing.signalAtStop() != null) {
      member.held.add(thread.standing.signalAtStop());
    }
    if (!call.executing) {
      return toNative(thread.standing.service());
    }
    member.tracee.readRegisters(member.now);
    boolean returned = calls.interruption.hasReturnedAtLast(member.now);
    if (returned || call.transferred > 0) {
      long known = call.answered ? call.answer : member.now.rax();
      long seen = calls.record(EventKind.SYSCALL, 0, returned ? known : -Errno.EINTR);
      calls.setReturned(returned ? member.now : null, seen);
    }
    call.executing = false;
    return toNative(call.atSite);
  }

  /** A call that the service makes itself names ids as the kernel knows them. */
  private Registers toNative(Registers registers) {
    if (registers == call.atSite && registers.rip() == call.site) {
      calls.effects.identities.prepareNative(call);
    }
    return registers;
  }

  /**
   * Gives the service back to itself after a defect of ours.
   *
   * @param service its registers, or null if they are the thread's
   */
  Role rescue(Registers service, String reason) {
    return new Rescue(thread, calls).rescue(service, reason);
  }
}
