package org.ftrun.tracer.member;

import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;

/** The calls of a primary's thread that a replica could not follow, or its member not survive. */
final class CallObstacles {
  private final PrimaryThread primary;
  private final MemberThread member;
  private final CallInFlight call;
  private final PrimaryCalls calls;

  CallObstacles(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.member = primary.member;
    this.call = primary.call;
    this.calls = calls;
  }

  /** Why the call at whose site the service is cannot be replicated; null if it can. */
  String why() {
    SyscallRole called = call.resolution.role();
    boolean several = member.threads().areSeveral();
    if (several && called == SyscallRole.EXEC) {
      return "one of the service's threads replaces its program";
    }
    if (called == SyscallRole.EXEC && !member.ids.isRoot()) {
      return "it gets a program of its own";
    }
    boolean ends = called == SyscallRole.EXIT_THREAD;
    if (several && ends && member == member.threads().first()) {
      return "the service's first thread ends while others go on";
    }
    if (member.ids.isRoot() && primary.role.processes.hasFurther()) {
      if (called == SyscallRole.EXIT_PROCESS || ends && !several) {
        return "the service's first process ends while others go on";
      }
      if (called == SyscallRole.EXEC) {
        return "the service's first process replaces its program while others go on";
      }
    }
    if (calls.kills.killRoot(call)) {
      return "a process of the service kills its first one";
    }
    if (call.resolution.syscallClass() == SyscallClass.END_PROTECTION) {
      return call.row.name() + ": " + call.resolution.reason();
    }
    if (called == SyscallRole.BIRTH) {
      return calls.childBirth.obstacle();
    }
    if (called == SyscallRole.ALARM && member.model().posixTimers().isFull()) {
      return "the service has made more POSIX timers than can be made again on this kernel";
    }
    String segment = primary.role.segments.obstacle(member, call);
    if (segment != null) {
      return segment;
    }
    String shared = member.model().sharedFiles().obstacle(member, call, primary.role.processes);
    if (shared != null) {
      return shared;
    }
    String file = calls.effects.fileMadeWritable(call);
    return file == null ? null : "the service makes its shared mapping of " + file + " writable";
  }

  /** Whether the process can go on natively from this call on, and the others as members. */
  boolean areOwn() {
    if (call.resolution.role() == SyscallRole.EXEC) {
      return PrimaryProcesses.isFurtherOfOneThread(member); // it is about to have its own memory
    }
    return primary.role.processes.mayLeave(primary) && !calls.kills.killRoot(call);
  }
}
