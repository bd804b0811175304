package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a child process of the service comes to be: a real child of the primary, made while its
 * parent stands at the event that reports its birth. One with which the service shares memory
 * becomes a member ({@link MemberBirth}), for what it stores there the others must see as the
 * replica does. Any other runs natively: the replica has no such child; what its parent learns of
 * it comes by the log.
 *
 * <p>vfork(2) is made as a fork whose parent waits until the child has a program of its own or has
 * ended: a child that shared the primary's memory would write to it what the replica does not know.
 * What a conforming child changes there, its {@link Spawn} brings back.
 */
final class ChildBirth {
  private static final Logger LOG = LoggerFactory.getLogger(ChildBirth.class);
  private static final SyscallRow VFORK = SyscallTable.named("vfork");
  private static final SyscallRow CLONE = SyscallTable.named("clone");
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long CLONE_VM = 0x100;
  private static final long CLONE_PIDFD = 0x1000;
  private static final long CLONE_VFORK = 0x4000;
  private static final long CLONE_PARENT_SETTID = 0x0010_0000;
  private static final long CLONE_UNTRACED = 0x0080_0000;
  private static final int STACK_ARGUMENT = 1;
  private static final int ID_ARGUMENT = 2;
  private static final int ID_BYTES = 4;

  /**
   * System property: false if a child that shares memory with the service is to end its protection,
   * as opposed to becoming a member.
   */
  private static final boolean MEMBERS =
      Boolean.parseBoolean(System.getProperty("ftrun.members", "true"));

  /** Of a service with so many, further children that share no memory with it run natively. */
  private static final int MOST_PROCESSES = 64;

  private final PrimaryThread parent;
  private final MemberThread member;
  private final CallInFlight call;

  /** A child that still has a copy of the memory which it would natively share with its parent. */
  private Spawn spawn;

  /** Whether the child is to be a member. */
  private boolean asMember;

  /** Whether that is to be found out by what it does first. */
  private boolean onProbation;

  /** The child for which the parent stands at the event of its birth, 0 if for none. */
  private int awaited;

  /** A child that has become a member by what it did, and stands; else null. */
  private PrimaryThread joining;

  ChildBirth(PrimaryThread parent) {
    this.parent = parent;
    this.member = parent.member;
    this.call = parent.call;
  }

  /**
   * Why the service cannot have a child and stay protected, or null if it can. One of vfork that
   * has the memory until it has a program is not supposed to store there.
   */
  String obstacle() {
    asMember = false;
    onProbation = false;
    if (isVfork()) {
      return null;
    }
    asMember = wouldShare(member);
    if (parent.role.protection.hasEnded()) {
      asMember = false;
    }
    onProbation =
        MEMBERS
            && !asMember
            && !parent.role.protection.hasEnded()
            && !ProcessState.sockets(member.pid()).isEmpty() // a shell's children are not watched
            && parent.role.processes().size() < MOST_PROCESSES;
    return asMember && !MEMBERS
        ? "the service started a child process with which it shares memory"
        : null;
  }

  /** Whether a child of a process shares memory with it. */
  static boolean wouldShare(MemberThread member) {
    for (MappingsOf.Mapping mapping : MappingsOf.sharedOf(member.pid()).all()) {
      if (mapping.isSharedAnonymous()
          || member.model().sharedFiles().touch(mapping.start(), mapping.bytes())) {
        return true;
      }
    }
    return false;
  }

  /** Rewrites what is asked of the kernel. */
  void prepare() {
    // Children of a primary that is gone come to ftrun, so that the service can learn of their end.
    Libc.call(SyscallNumber.PRCTL, PR_SET_CHILD_SUBREAPER, 1);
    parent.group.bearing();
    spawn = null;
    if (call.row == VFORK) {
      call.number = SyscallNumber.CLONE;
      call.asked[0] = CLONE_VFORK | Signal.SIGCHLD;
      for (int i = 1; i < 6; i++) {
        call.asked[i] = 0;
      }
    } else if (call.row == CLONE) {
      call.asked[0] &= ~(CLONE_VM | CLONE_UNTRACED);
    }
  }

  /** Whether a child was to be born of which the service must not know yet. */
  boolean isHalfDone() {
    return call.executing && call.resolution.role() == SyscallRole.BIRTH && !call.answered;
  }

  /**
   * The parent has died with the child half-born: the successor makes the call anew.
   *
   * @param result what the parent's registers say that the call returned; 0: they are not known
   */
  void abandon(long result) {
    if (result > 0) {
      Libc.call(SyscallNumber.KILL, result, Signal.SIGKILL);
    }
    if (result != 0) {
      return;
    }
    for (int pid : ProcessState.tracedBy((int) Libc.call(SyscallNumber.GETTID))) {
      if (parent.role.withTid(pid) == null && !parent.role.isSpawn(pid)) {
        LOG.info("child process {} was not born yet when its parent died", pid);
        Libc.call(SyscallNumber.KILL, pid, Signal.SIGKILL);
      }
    }
  }

  /**
   * The parent stands at the event of a birth, which may be a thread's.
   *
   * @return whether it is to go on at once
   */
  boolean reported() throws TraceeDiedException {
    if (call.executing && call.resolution.role() == SyscallRole.BIRTH) {
      FaultPoint.AT_BIRTH.reached(parent.recorder, member, call.row);
      return born((int) member.tracee.eventMessage());
    }
    return true;
  }

  /**
   * The kernel has made the child, which stands at its first stop; its parent stands at the event.
   *
   * @param pid the kernel's id of the child
   */
  private boolean born(int pid) {
    try {
      if (onProbation) {
        awaited = pid;
        new MemberBirth(parent).onProbation(arrive(pid), pid, this);
        return false;
      }
      if (asMember) {
        new MemberBirth(parent).born(arrive(pid), pid);
        call.answered(pid);
        return true;
      }
      MemberThread child = arrived(pid);
      Registers start = start(child);
      Unbinding unbinding = new Unbinding(child, parent.group.log().layout().totalBytes(), false);
      unbinding.undo(List.of(start));
      if (isVfork()) {
        spawn = new Spawn(member.pid(), child.tracee, call.atSite.rsp());
        parent.role.addSpawn(spawn);
      } else {
        unbinding.detach();
      }
      call.answered(pid); // whatever becomes of the parent now, it has that child
      parent.role.noteChild(pid);
    } catch (TraceeDiedException e) {
      LOG.debug("child {} died at its birth", pid);
      call.answered(pid);
    } catch (RuntimeException e) {
      // It must not run on as half a member: it would write to the log.
      LOG.error("child process {} cannot be made as it should be and is killed", pid, e);
      asMember = false;
      Libc.call(SyscallNumber.KILL, pid, Signal.SIGKILL);
      call.answered(pid);
    }
    awaited = 0;
    return true;
  }

  /**
   * It has been found out whether the child is to be a member: its parent goes on.
   *
   * @param member the child if it is, which stands still; else null
   */
  void decided(int pid, PrimaryThread member) {
    if (awaited != pid) {
      return; // it could not be begun, and its parent has gone on
    }
    awaited = 0;
    asMember = member != null;
    joining = member;
    if (!asMember) {
      parent.role.noteChild(pid);
    }
    call.answered(pid);
    try {
      this.member.tracee.resume(0);
    } catch (TraceeDiedException e) {
      LOG.debug("the parent of {} has died at its birth, as its next stop will say", pid);
    }
  }

  private Tracee arrive(int pid) throws TraceeDiedException {
    Tracee tracee = Tracee.born(pid);
    if (!parent.role.tracees().hasStoppedEarly(pid)) {
      ThreadBirth.awaitFirstStop(tracee);
    }
    return tracee;
  }

  private MemberThread arrived(int pid) throws TraceeDiedException {
    Tracee tracee = arrive(pid);
    ProcessModel model = member.model().ofChild(List.of());
    MemberThread child =
        new MemberThread(tracee, model, member.ids.ofClone(pid), member.thread().copy());
    Registers start = call.atSite.copy();
    child.afterCall(start, null, 0);
    // Should ftrun die now, its stub has the child go on by itself.
    child.lifeline.attach(
        new CallInFlight(CallDigest.of(child, parent.group), child.ids.pid()), () -> start);
    return child;
  }

  private Registers start(MemberThread child) throws TraceeDiedException {
    Registers current = new Registers();
    child.tracee.readRegisters(current);
    Registers start = call.atSite.copy();
    child.afterCall(start, current, 0);
    return hasOwnStack(call) ? start.rsp(call.arguments[STACK_ARGUMENT]) : start;
  }

  /** Whether the child is to have a stack of its own. */
  static boolean hasOwnStack(CallInFlight call) {
    return call.row == CLONE && call.arguments[STACK_ARGUMENT] != 0;
  }

  private boolean isVfork() {
    return call.row == VFORK || call.row == CLONE && (call.arguments[0] & CLONE_VFORK) != 0;
  }

  /** What the call's event has to say of the child. */
  int flags() {
    return asMember ? EventRecorder.FLAG_MEMBER : 0;
  }

  /** The call has returned in the parent, successfully: its memory gets what came of the child. */
  void completed() {
    if (spawn != null) {
      spawn.giveBack(member, parent.recorder);
      spawn = null;
    }
    if (joining != null) {
      joining.standing.awaitTurn(); // what it does comes behind the event of its birth
      joining = null;
    }
    if (asMember) {
      member.model().children.memberBorn(member.ids.virtual((int) call.answer));
    }
    if (call.row == CLONE && (call.arguments[0] & (CLONE_PARENT_SETTID | CLONE_PIDFD)) != 0) {
      parent.recorder.publishMemory(call.arguments[ID_ARGUMENT], ID_BYTES);
    }
  }
}
