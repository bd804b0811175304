package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Takes a newborn over from its wait in the stub and gives it what a clone does not copy. The
 * primary stands still meanwhile.
 */
final class ReplicaBirth {
  private static final int SYS_MMAP = 9;
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
  private static final int MAP_SHARED_ANONYMOUS_FIXED = 0x1 | 0x20 | 0x10;
  private static final int PIECE = 1 << 20;

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
    Tracee tracee = Tracee.seize(newborn.pid(), LaunchRole.PRIMARY_OPTIONS | PTRACE_O_EXITKILL);
    tracee.interrupt();
    awaitTrap(tracee);
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
    for (MappingsOf.Mapping mapping : MappingsOf.process(newborn.pid()).all()) {
      if (mapping.isSharedAnonymous()) {
        makeOwn(member, mapping);
      }
    }
    MemoryMarks.inherit(member, newborn.parent());
    String refusal = Confinement.impose(member);
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
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

  /** Memory shared with the primary becomes memory of the same content that is not. */
  private static void makeOwn(Member member, MappingsOf.Mapping mapping)
      throws TraceeDiedException {
    long length = mapping.end() - mapping.start();
    if (length > Integer.MAX_VALUE) {
      throw new IllegalStateException("the service shares " + length + " bytes of memory");
    }
    ByteBuffer content = ByteBuffer.allocateDirect((int) length).order(ByteOrder.nativeOrder());
    boolean readable = mapping.permissions().charAt(0) == 'r';
    if (readable) {
      move(member, mapping, content, true);
    }
    int protection = readable ? 1 : 0;
    protection |= mapping.isWritable() ? 2 : 0;
    protection |= mapping.isExecutable() ? 4 : 0;
    long result =
        member.inject(
            SYS_MMAP, mapping.start(), length, protection, MAP_SHARED_ANONYMOUS_FIXED, -1, 0);
    if (result != mapping.start()) {
      throw new IllegalStateException("shared memory cannot be mapped anew: errno " + -result);
    }
    if (readable && mapping.isWritable()) {
      move(member, mapping, content, false);
    }
  }

  private static void move(
      Member member, MappingsOf.Mapping mapping, ByteBuffer content, boolean out)
      throws TraceeDiedException {
    for (int at = 0; at < content.capacity(); at += PIECE) {
      content.limit(Math.min(content.capacity(), at + PIECE)).position(at);
      TraceeAddress address = new TraceeAddress(mapping.start() + at);
      int moved =
          out
              ? member.tracee.memory().read(address, content)
              : member.tracee.memory().write(address, content);
      if (moved != content.remaining()) {
        throw TraceeDiedException.INSTANCE;
      }
    }
  }
}
