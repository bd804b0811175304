package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Takes a newborn over from its wait in the stub and gives it what a clone does not copy. The
 * primary stands still meanwhile.
 */
final class ReplicaBirth {
  private static final int SYS_WAIT4 = 61;
  private static final int SYS_KILL = 62;
  private static final int SYS_PTRACE = 101;
  private static final int PTRACE_CONT = 7;
  private static final int WALL = 0x40000000;
  private static final int SYS_PRCTL = 157;
  private static final int SYS_SET_TID_ADDRESS = 218;
  private static final int SYS_SET_ROBUST_LIST = 273;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PTRACE_O_EXITKILL = 0x100000;

  private final Newborn newborn;
  private final int cpu;

  ReplicaBirth(Newborn newborn, int cpu) {
    this.newborn = newborn;
    this.cpu = cpu;
  }

  /**
   * Seizes and prepares it; the calling thread is its tracer.
   *
   * @return the member, stopped, ready to be resumed
   * @throws TraceeDiedException if it died
   * @throws IllegalStateException if the kernel refuses what it must have
   */
  Member deliver() throws TraceeDiedException {
    Tracee tracee = seize(newborn.pid(), LaunchRole.PRIMARY_OPTIONS);
    Member member = new Member(tracee, newborn.model());
    if (cpu >= 0) {
      MemberTracer.pin(newborn.pid(), cpu);
    }
    member.inject(SYS_PRCTL, PR_SET_PDEATHSIG, 0);
    if (member.model().tidAddress != 0) {
      member.inject(SYS_SET_TID_ADDRESS, member.model().tidAddress);
    }
    if (member.model().robustList != 0) {
      member.inject(SYS_SET_ROBUST_LIST, member.model().robustList, member.model().robustLength);
    }
    if (!newborn.sharedMemory().isEmpty()) {
      new Unsharing(member).makeOwn(newborn.sharedMemory());
    }
    MemoryMarks.inherit(member, newborn.parent());
    String refusal = Confinement.impose(member);
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
    member.fastPath.inheritNoRequest();
    member.fastPath.forgetSeen();
    member.fastPath.setThread(member.pid());
    member.fastPath.setMode(StubArea.Mode.REPLAY);
    member.tracee.writeRegisters(newborn.registers());
    return member;
  }

  /** Kills a process that this thread traces, or will not trace, and reaps it. */
  static void discard(int pid) {
    Libc.call(SYS_KILL, pid, Signal.SIGKILL);
    Libc.call(SYS_PTRACE, PTRACE_CONT, pid, 0, 0); // it may stand at its exit event already
    NativeMemory status = NativeMemory.allocate(8);
    while (true) {
      long result = Libc.call(SYS_WAIT4, pid, status.address(), WALL, 0);
      boolean stopped = (status.buffer().getInt(0) & 0x7f) == 0x7f;
      if (result == pid && stopped) {
        Libc.call(SYS_PTRACE, PTRACE_CONT, pid, 0, 0);
      } else if (result != -Errno.EINTR) {
        return;
      }
    }
  }

  /**
   * Takes a newborn over from its wait in the stub; it dies with the calling thread from now on.
   */
  static Tracee seize(int pid, int options) throws TraceeDiedException {
    Tracee tracee = Tracee.seize(pid, options | PTRACE_O_EXITKILL);
    tracee.interrupt();
    awaitTrap(tracee);
    return tracee;
  }

  private static void awaitTrap(Tracee tracee) throws TraceeDiedException {
    while (true) {
      Stop stop = tracee.await();
      if (stop.kind() == StopKind.TRAP) {
        return;
      }
      if (stop.kind() == StopKind.SIGNAL) {
        tracee.resume(0);
      } else if (stop.kind() != StopKind.NONE) {
        throw TraceeDiedException.INSTANCE;
      }
    }
  }
}
