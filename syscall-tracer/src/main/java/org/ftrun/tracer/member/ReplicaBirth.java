package org.ftrun.tracer.member;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Takes a newborn over from its wait in the stub and gives it what a clone does not copy. The
 * primary stands still meanwhile.
 */
final class ReplicaBirth {
  private static final int PTRACE_CONT = 7;
  private static final int WALL = 0x40000000;
  private static final int PR_SET_NAME = 15;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PTRACE_O_EXITKILL = 0x100000;

  /** CLONE_VM, FS, FILES, SIGHAND, THREAD and SYSVSEM. */
  private static final long THREAD_FLAGS = 0x100 | 0x200 | 0x400 | 0x800 | 0x1_0000 | 0x4_0000;

  private final Newborn newborn;
  private final int cpu;

  ReplicaBirth(Newborn newborn, int cpu) {
    this.newborn = newborn;
    this.cpu = cpu;
  }

  /**
   * Seizes and prepares the processes of a replica; the calling thread is their tracer.
   *
   * @return their first threads, stopped, ready to be resumed, the root's first
   * @throws TraceeDiedException if one died
   * @throws IllegalStateException if the kernel refuses what it must have
   */
  List<MemberThread> deliver() throws TraceeDiedException {
    List<MemberThread> firsts = new ArrayList<>();
    SharedObjects objects = new SharedObjects();
    firsts.add(deliver(newborn, newborn.ids(), objects));
    for (Newborn other : newborn.others()) {
      firsts.add(deliver(other, other.ids(), objects));
    }
    DaemonFault.reached(DaemonFault.Step.DELIVERED, newborn.pid());
    return firsts;
  }

  private MemberThread deliver(Newborn process, VirtualIds ids, SharedObjects objects)
      throws TraceeDiedException {
    MemberThread first = take(seize(process), process, ids);
    if (!process.sharedMemory().isEmpty()) {
      objects.makeOwn(first, process.sharedMemory());
    }
    MemoryMarks.inherit(first, process.parent());
    return complete(first, process);
  }

  /**
   * As {@link #deliver()}, of a process that another one of a replica has borne.
   *
   * @param parent the thread that has done so
   * @param tracee the process, seized
   */
  MemberThread deliverTo(MemberThread parent, Tracee tracee) throws TraceeDiedException {
    MemberThread first = take(tracee, newborn, parent.ids.ofChild(newborn.id(), newborn.pid()));
    SharedObjects.mapAsIn(parent.processId(), first);
    return complete(first, newborn);
  }

  private MemberThread take(Tracee tracee, Newborn process, VirtualIds ids)
      throws TraceeDiedException {
    MemberThread first =
        new MemberThread(tracee, process.model(), ids, process.threads().get(0).model());
    if (cpu >= 0) {
      Affinity.ofCore(cpu).give(process.pid());
    }
    registerAddresses(first);
    return first;
  }

  private static MemberThread complete(MemberThread first, Newborn process)
      throws TraceeDiedException {
    for (Newborn.OfThread further : process.threads().subList(1, process.threads().size())) {
      bear(first, further);
    }
    for (int i = 0; i < process.threads().size(); i++) {
      prepare(first.threads().all().get(i), process.threads().get(i));
    }
    return first;
  }

  private static void registerAddresses(MemberThread thread) throws TraceeDiedException {
    ThreadModel model = thread.thread();
    if (model.tidAddress != 0) {
      thread.inject(SyscallNumber.SET_TID_ADDRESS, model.tidAddress);
    }
    if (model.robustList != 0) {
      thread.inject(SyscallNumber.SET_ROBUST_LIST, model.robustList, model.robustLength);
    }
  }

  /** Makes a thread beside the first one, whose copy it has been so far. */
  private static void bear(MemberThread first, Newborn.OfThread described)
      throws TraceeDiedException {
    long tid = first.inject(SyscallNumber.CLONE, THREAD_FLAGS, 0);
    if (tid < 0) {
      throw new IllegalStateException("clone of a thread: errno " + -tid);
    }
    Tracee tracee = Tracee.born((int) tid);
    tracee.faults().is(DaemonFault.Who.NEWBORN);
    ThreadBirth.awaitFirstStop(tracee);
    MemberThread thread = new MemberThread(tracee, first.model(), first.ids, described.model());
    thread.join(first);
    first.ids.add(described.model().id, (int) tid);
    tracee.writeExtendedState(described.extended());
    registerAddresses(thread);
    TraceeAddress scratch = thread.room().scratch();
    ThreadModel.AlternateStack stack = described.model().alternateStack;
    if (stack != null) {
      stack.write(tracee.memory(), scratch);
      thread.inject(SyscallNumber.SIGALTSTACK, scratch.value(), 0);
    }
    byte[] name = (described.name() + "\0").getBytes(StandardCharsets.ISO_8859_1);
    tracee.memory().writeBytes(scratch, name);
    thread.inject(SyscallNumber.PRCTL, PR_SET_NAME, scratch.value());
    tracee.setSignalMask(described.mask());
  }

  private static void prepare(MemberThread thread, Newborn.OfThread described)
      throws TraceeDiedException {
    String refusal = Confinement.impose(thread);
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
    thread.fastPath.inheritNoRequest();
    thread.fastPath.forgetSeen();
    thread.fastPath.setMode(StubArea.Mode.REPLAY);
    thread.tracee.writeRegisters(described.registers());
  }

  /** Kills a process that this thread traces, or will not trace, and reaps it. */
  static void discard(int pid) {
    String[] threads = new File("/proc/" + pid + "/task").list();
    Libc.call(SyscallNumber.KILL, pid, Signal.SIGKILL);
    for (String thread : threads == null ? new String[0] : threads) {
      int tid = Integer.parseInt(thread);
      if (tid != pid) {
        awaitEnd(tid);
      }
    }
    awaitEnd(pid);
  }

  /** Sees a killed thread through its exit event, at which it may stand already. */
  private static void awaitEnd(int tid) {
    Libc.call(SyscallNumber.PTRACE, PTRACE_CONT, tid, 0, 0);
    NativeMemory status = NativeMemory.allocate(8);
    while (true) {
      long result = Libc.call(SyscallNumber.WAIT4, tid, status.address(), WALL, 0);
      boolean stopped = (status.buffer().getInt(0) & 0x7f) == 0x7f;
      if (result == tid && stopped) {
        Libc.call(SyscallNumber.PTRACE, PTRACE_CONT, tid, 0, 0);
      } else if (result != -Errno.EINTR) {
        return;
      }
    }
  }

  /** As {@link #seize(int, int)}; it does not die with its original any more. */
  static Tracee seize(Newborn newborn) throws TraceeDiedException {
    Tracee tracee = seize(newborn.pid(), LaunchRole.PRIMARY_OPTIONS);
    new InjectedCall(tracee, new HeldSignals())
        .call(newborn.model().stub.execute(), SyscallNumber.PRCTL, PR_SET_PDEATHSIG, 0);
    return tracee;
  }

  /**
   * Takes a newborn over from its wait in the stub; it dies with the calling thread from now on.
   */
  static Tracee seize(int pid, int options) throws TraceeDiedException {
    Tracee tracee = Tracee.seize(pid, options | PTRACE_O_EXITKILL);
    tracee.faults().is(DaemonFault.Who.NEWBORN);
    DaemonFault.reached(DaemonFault.Step.SEIZED, pid);
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
