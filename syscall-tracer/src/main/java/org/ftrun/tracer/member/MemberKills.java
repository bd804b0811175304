package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.syscall.ArgumentKind;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRole;

/**
 * SIGKILL from one process of the service to others: that is not the member's death, but what the
 * service wants. The kernel tells nobody who sent it, so it is noted where it is sent.
 */
final class MemberKills {
  private static final int ALL_PROCESSES = -1;

  private final PrimaryThread primary;
  private final List<ProcessThreads> killed = new ArrayList<>();

  MemberKills(PrimaryThread primary) {
    this.primary = primary;
  }

  /** Whether the call kills the root from another process. */
  boolean killRoot(CallInFlight call) {
    return !primary.member.ids.isRoot()
        && receivers(call).stream().anyMatch(process -> process.first().ids.isRoot());
  }

  /** The call is about to be made: who dies of it dies because the service wants it. */
  void prepare(CallInFlight call) {
    killed.clear();
    for (ProcessThreads process : receivers(call)) {
      if (!process.first().ids.isRoot() && !process.isLeaving()) {
        process.leave(ProcessEnd.killed(process, Signal.SIGKILL));
        killed.add(process);
      }
    }
  }

  /** The call has been made and recorded; the replica's processes have ended when this returns. */
  void made(long result) {
    if (!killed.isEmpty()) {
      settled(result);
      primary.recorder.awaitReplica();
    }
  }

  /**
   * As {@link #made}, of a member that dies: nobody waits for the replica.
   *
   * @param result of the call, not 0 if it counts as not made
   */
  void settled(long result) {
    for (ProcessThreads process : killed) {
      if (result == 0) {
        primary.role.processes.tellEnd(primary.recorder, process);
      } else {
        process.stay(); // the successor's own call kills it
      }
    }
    killed.clear();
  }

  private List<ProcessThreads> receivers(CallInFlight call) {
    if (primary.role.processes().size() < 2 || !sendsKill(call)) {
      return List.of();
    }
    List<ProcessThreads> receivers = new ArrayList<>();
    for (ProcessThreads process : primary.role.processes()) {
      if (process != primary.member.threads() && isMeant(process, (int) call.arguments[0])) {
        receivers.add(process);
      }
    }
    return receivers;
  }

  /** Whether a thread's call sends SIGKILL to its own process. */
  static boolean killsItself(PrimaryThread thread) {
    CallInFlight call = thread.call;
    return sendsKill(call)
        && call.row.arguments().get(0).kind() == ArgumentKind.PID
        && hasThread(thread.member.threads(), (int) call.arguments[0]);
  }

  private static boolean hasThread(ProcessThreads process, int id) {
    return process.all().stream().anyMatch(thread -> thread.thread().id == id);
  }

  private static boolean sendsKill(CallInFlight call) {
    if (call.resolution.role() != SyscallRole.SIGNAL_SEND) {
      return false;
    }
    List<ArgumentRule> rules = call.row.arguments();
    boolean kills = false;
    for (int i = 0; i < rules.size(); i++) {
      kills |=
          rules.get(i).kind() == ArgumentKind.SIGNAL && (int) call.arguments[i] == Signal.SIGKILL;
    }
    return kills;
  }

  /** Whether kill(2), or a call that takes an id as it does, means a process by this. */
  private boolean isMeant(ProcessThreads process, int receiver) {
    if (receiver > 0) {
      return hasThread(process, receiver);
    }
    if (receiver == ALL_PROCESSES) {
      return true;
    }
    MemberThread own = primary.member;
    int group = receiver == 0 ? ProcessState.group(own.processId()) : own.ids.realGroup(-receiver);
    return ProcessState.group(process.first().pid()) == group;
  }
}
