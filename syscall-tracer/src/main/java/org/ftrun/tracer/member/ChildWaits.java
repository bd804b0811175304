package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;

/**
 * A thread's waits for children, wait4(2) and waitid(2), where there are {@link AdoptedChildren}:
 * of them the kernel would tell the service nothing. One that has ended is the answer; while one
 * lives that the service means, and the kernel knows of no other, the thread is parked.
 */
final class ChildWaits {
  /** wstatus of wait4 and infop of waitid, then their rusage. */
  private static final int USAGE_BYTES = 144;

  private static final int ID_BYTES = 28;
  private static final int STATUS = 24;
  private static final int CLD_EXITED = 1;
  private static final int CLD_DUMPED = 3;
  private static final int CORE = 0x80;
  private static final int P_ALL = 0;
  private static final int P_PID = 1;
  private static final int P_PGID = 2;
  private static final int P_PIDFD = 3;
  private static final int WCLONE = 0x8000_0000;
  private static final int WALL = 0x4000_0000;

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final MemberThread member;
  private final CallInFlight call;

  ChildWaits(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
  }

  private AdoptedChildren adopted() {
    return primary.role.processes.adopted(member.threads());
  }

  private boolean isConcerned() {
    return call.resolution.role() == SyscallRole.CHILD_WAIT && !adopted().isEmpty();
  }

  private boolean isById() {
    return call.row.number() == SyscallNumber.WAITID;
  }

  private int options() {
    return (int) call.arguments[isById() ? 3 : 2];
  }

  /** Whether a child that has ended is the call's answer. */
  boolean isReady() {
    return isConcerned() && ready() > 0;
  }

  /** Answers the call by a child that has ended; null if there is none. */
  Role answer() throws TraceeDiedException {
    int pid = isConcerned() ? ready() : 0;
    if (pid == 0) {
      return null;
    }
    boolean written = isById() ? writeById(pid) : writeStatus(pid);
    call.waiting = false;
    primary.recorder.enter(call.row, call.arguments);
    long result = !written ? -Errno.EFAULT : isById() ? 0 : pid;
    long seen = calls.record(EventKind.SYSCALL, 0, result);
    if (!isById() || (options() & Children.WNOWAIT) == 0) {
      adopted().reap(pid);
    }
    return calls.returnToService(null, seen);
  }

  private int ready() {
    if (isById() && (options() & Children.WEXITED) == 0) {
      return 0;
    }
    for (int pid : adopted().pids()) {
      if (adopted().end(pid) != null && isMeant(pid)) {
        return pid;
      }
    }
    return 0;
  }

  private boolean isAnyMeant() {
    for (int pid : adopted().pids()) {
      if (isMeant(pid)) {
        return true;
      }
    }
    return false;
  }

  private boolean isMeant(int pid) {
    if ((options() & WCLONE) != 0 && (options() & WALL) == 0) {
      return false;
    }
    if (isById()) {
      int id = (int) call.arguments[1];
      return switch ((int) call.arguments[0]) {
        case P_ALL -> true;
        case P_PID -> pid == id;
        case P_PGID -> isInGroup(pid, id);
        case P_PIDFD -> pid == processOf(id);
        default -> false;
      };
    }
    int id = (int) call.arguments[0];
    return id == -1 || id == pid || id == 0 && isInGroup(pid, 0) || id < -1 && isInGroup(pid, -id);
  }

  /** Whether a child is in a group; 0: in the service's own. */
  private boolean isInGroup(int pid, int group) {
    int wanted = group == 0 ? ProcessState.group(member.pid()) : member.ids.realGroup(group);
    return ProcessState.group(member.ids.real(pid)) == wanted;
  }

  /** The process of a descriptor that pidfd_open(2) gave, 0 if it is none. */
  private int processOf(int descriptor) {
    Path info = Path.of("/proc/" + member.pid() + "/fdinfo/" + descriptor);
    String pid = ProcessState.value(info, "Pid:");
    return pid == null ? 0 : member.ids.virtual(Integer.parseInt(pid));
  }

  private boolean writeStatus(int pid) {
    byte[] end = adopted().end(pid);
    int code = HeldSignals.codeOf(end);
    int status = ByteBuffer.wrap(end).order(ByteOrder.nativeOrder()).getInt(STATUS);
    int encoded =
        code == CLD_EXITED ? (status & 0xff) << 8 : code == CLD_DUMPED ? status | CORE : status;
    ByteBuffer word = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    return write(call.arguments[1], word.putInt(0, encoded)) && writeUsage(pid, call.arguments[3]);
  }

  private boolean writeById(int pid) {
    ByteBuffer info = ByteBuffer.allocateDirect(ID_BYTES);
    info.put(0, adopted().end(pid), 0, ID_BYTES);
    return write(call.arguments[2], info) && writeUsage(pid, call.arguments[4]);
  }

  private boolean writeUsage(int pid, long address) {
    if (address == 0) {
      return true;
    }
    NativeMemory usage = NativeMemory.allocate(USAGE_BYTES);
    adopted().usage(pid, usage);
    return write(address, usage.buffer().duplicate().limit(USAGE_BYTES));
  }

  private boolean write(long address, ByteBuffer bytes) {
    int length = bytes.remaining();
    return address == 0
        || member.tracee.memory().write(new TraceeAddress(address), bytes) == length;
  }

  /** Whether the kernel has none to tell of, but the call means a child that it does not know. */
  private boolean isOfOthers(long result) {
    boolean empty = result == -Errno.ECHILD || result == 0 && !isById();
    return isConcerned() && empty && isAnyMeant();
  }

  /**
   * Whether the kernel's answer in a process that dies is not what the service is to be told: it
   * does not know the child, or the child is a member that dies with it. Its successor asks anew.
   */
  boolean isUnsettled(long result) {
    if (call.resolution.role() != SyscallRole.CHILD_WAIT) {
      return false;
    }
    int ended = result < 0 ? 0 : Children.ended(member, call, result);
    Children children = member.model().children;
    int pid = ended == 0 ? 0 : member.ids.virtual(ended);
    return isOfOthers(result) || children.isMember(pid) && children.endOf(pid) == null;
  }

  /**
   * The kernel has answered the call, which knows only of children of this primary.
   *
   * @return what the call's role is if that is not to be the service's answer, else null
   */
  Role afterKernel(long result) throws TraceeDiedException {
    if (!isOfOthers(result)) {
      return null;
    }
    Role answered = answer();
    if (answered != null) {
      return answered;
    }
    if ((options() & Children.WNOHANG) == 0) {
      return park();
    }
    if (isById()) {
      write(call.arguments[2], ByteBuffer.allocateDirect(ID_BYTES));
    }
    return calls.returnToService(member.now, calls.record(EventKind.SYSCALL, 0, 0));
  }

  /**
   * The thread is parked, but of the children that it waits for none is left: the kernel says so.
   */
  void unpark() {
    if (call.waiting && call.resolution.role() == SyscallRole.CHILD_WAIT && !isAnyMeant()) {
      call.askAnew();
      calls.effects.identities.prepare(call);
    }
  }

  /** Waits for what {@link AdoptedChildren} finds, or for a signal. */
  Role park() throws TraceeDiedException {
    call.answered(-Errno.EINTR);
    call.number = SyscallNumber.PPOLL;
    call.waiting = true;
    for (int i = 0; i < 6; i++) {
      call.asked[i] = 0;
    }
    calls.ask();
    return primary.role;
  }
}
