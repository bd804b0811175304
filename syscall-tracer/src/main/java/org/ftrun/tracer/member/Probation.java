package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by its first calls whether a child that shares no memory with the service is to be a
 * member. One that is about to talk over TCP, or to wait for a connection or for its peer, is, as
 * in a server with a process for each connection; so is one that has a connection and waits for a
 * word from its parent. Who runs a program, computes, writes files or waits for something else is
 * better off natively. Until then its parent stands at the event of the birth, nothing of the child
 * is recorded, and it takes no turn. For the tracer thread only.
 */
final class Probation {
  private static final Logger LOG = LoggerFactory.getLogger(Probation.class);
  private static final SyscallRow ACCEPT = SyscallTable.named("accept");
  private static final SyscallRow ACCEPT4 = SyscallTable.named("accept4");
  private static final int MOST_CALLS = 256;

  /** Processor time that it may use. */
  private static final long MOST_COMPUTING_MILLIS = 20;

  /** How often it is looked at: a busy machine may give it little of its time. */
  private static final long LOOK_MILLIS = 20;

  private static final int MOST_LOOKS = 50;
  private static final int MOST_DESCRIPTORS = 64;
  private static final int STANDARD_ERROR = 2;

  private final PrimaryThread child;
  private final ChildBirth birth;
  private int calls;
  private int looks;
  private boolean over;

  Probation(PrimaryThread child, ChildBirth birth) {
    this.child = child;
    this.birth = birth;
  }

  /** Lets the child run. */
  void begin(Registers start) {
    child.recorder.mute(true);
    child.updateMode();
    child.group.later(LOOK_MILLIS, this::look);
    try {
      child.member.tracee.writeRegisters(start);
      child.member.tracee.resume(0);
    } catch (TraceeDiedException e) {
      LOG.debug("child {} died before it ran, as its next stop will say", child.member.pid());
    }
  }

  private void look() {
    if (over) {
      return;
    }
    int pid = child.member.pid();
    if (++looks < MOST_LOOKS && ProcessorTime.ofThread(pid, pid) < MOST_COMPUTING_MILLIS) {
      child.group.later(LOOK_MILLIS, this::look);
    } else {
      child.atBoundary.add(this::leaveAt);
    }
  }

  private Role leaveAt(Registers service) throws TraceeDiedException {
    if (over) {
      return null;
    }
    child.standing.at(service);
    return leave();
  }

  /**
   * The child is at the site of a call.
   *
   * @return the next role, or null if the call is to be made
   */
  Role atCall() throws TraceeDiedException {
    calls++;
    CallInFlight call = child.call;
    if (talks(call)) {
      return join();
    }
    if (calls > MOST_CALLS || !isInnocuous(call)) {
      child.standing.at(call.atSite);
      return leave();
    }
    return null;
  }

  /** Whether the call is about a connection, one that is to come, or one that is waited for. */
  private boolean talks(CallInFlight call) throws TraceeDiedException {
    Waiting sockets = new Waiting(child.member);
    List<Integer> awaited = AwaitedDescriptors.of(child.member, call, MOST_DESCRIPTORS);
    if (awaited != null) {
      for (int descriptor : awaited) {
        if (sockets.isTcp(descriptor)) {
          return true;
        }
      }
      return false;
    }
    if (accepts(call)) {
      return sockets.isTcp(call.arguments[0]);
    }
    return moves(call)
        && (sockets.isTcp(call.arguments[0]) || waitsForParent(call) && hasConnection());
  }

  private boolean waitsForParent(CallInFlight call) throws TraceeDiedException {
    return call.row.arguments().get(1).isOutput()
        && !FileReads.isFile(child.member.pid(), call.arguments[0]);
  }

  private boolean hasConnection() throws TraceeDiedException {
    Waiting sockets = new Waiting(child.member);
    int left = MOST_DESCRIPTORS;
    for (int descriptor : ProcessState.sockets(child.member.pid())) {
      if (left-- > 0 && sockets.isConnection(descriptor)) {
        return true;
      }
    }
    return false;
  }

  private static boolean accepts(CallInFlight call) {
    return call.row == ACCEPT || call.row == ACCEPT4;
  }

  private static boolean moves(CallInFlight call) {
    return TransferShape.of(call.row) != TransferShape.NONE;
  }

  /** Whether the call neither waits for long nor changes what is not the child's own. */
  private boolean isInnocuous(CallInFlight call) throws TraceeDiedException {
    SyscallRole role = call.resolution.role();
    if (role == SyscallRole.EXEC
        || role == SyscallRole.EXIT_PROCESS
        || role == SyscallRole.EXIT_THREAD
        || role == SyscallRole.BIRTH
        || role == SyscallRole.THREAD_BIRTH
        || role == SyscallRole.SIGNAL_SEND
        || call.resolution.syscallClass() == SyscallClass.END_PROTECTION) {
      return false;
    }
    if (TransferShape.of(call.row) == TransferShape.NONE) {
      return !call.resolution.mayBlock();
    }
    long descriptor = call.arguments[0];
    if (call.row.arguments().get(1).isOutput()) {
      return FileReads.isFile(child.member.pid(), descriptor);
    }
    return descriptor >= 0 && descriptor <= STANDARD_ERROR
        || new Waiting(child.member).isLocal(descriptor); // a message to a logger
  }

  private Role join() throws TraceeDiedException {
    over = true;
    MemberThread member = child.member;
    Newborn newborn = null;
    child.probation = null;
    if (child.role.recording.isOn()) {
      newborn = Seeding.ofBegun(child);
    }
    child.recorder.mute(false);
    member.threads().setOnProbation(false);
    child.atBoundary.addPatiently(this::joined);
    Role next = child.standing.atSite();
    if (newborn != null) {
      child.group.bore(newborn);
    }
    LOG.info("child process {} of the service is a member: it talks over TCP", member.pid());
    birth.decided(member.pid(), child);
    return next;
  }

  private Role joined(Registers service) {
    child.group.joined(child.member.threads().followed());
    return null;
  }

  /** It goes on natively from where it stands. */
  private Role leave() throws TraceeDiedException {
    over = true;
    child.probation = null;
    int pid = child.member.pid();
    LOG.debug("child process {} is none of the members: {}", pid, child.call.row);
    Unbinding unbinding =
        new Unbinding(child.member, child.group.log().layout().totalBytes(), false);
    unbinding.undo(List.of(child.ending.leaveForNative()));
    unbinding.detach();
    child.role.leaves(child);
    birth.decided(pid, null);
    return child.role;
  }

  /** The child has ended. */
  void ended() {
    if (!over) {
      over = true;
      birth.decided(child.member.pid(), null);
    }
  }
}
