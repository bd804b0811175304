package org.ftrun.tracer.member;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The children that a process of a primary bore which is gone: in the kernel's eyes they are
 * ftrun's now. Their ends are looked for here, or told by the tracer of members, passed on to the
 * process by SIGCHLD, and kept until it waits for them ({@link ChildWaits}). Children are known
 * here by the service's ids. For the tracer thread only.
 */
final class AdoptedChildren {
  private static final Logger LOG = LoggerFactory.getLogger(AdoptedChildren.class);
  private static final int P_PID = 1;
  private static final long SA_NOCLDWAIT = 2;
  private static final long LOOK_MILLIS = 10;

  private final PrimaryRole role;
  private final ProcessThreads process;

  /** Children by their ids; the value is the siginfo of their end, as waitid has it, or null. */
  private final Map<Integer, byte[]> all = new LinkedHashMap<>();

  private final List<byte[]> untold = new ArrayList<>();

  /** Those of whose end a signal tells, or has told, in this epoch or one before. */
  private final Set<Integer> told = new HashSet<>();

  private final NativeMemory siginfo = NativeMemory.allocate(HeldSignals.SIGINFO_BYTES);

  AdoptedChildren(PrimaryRole role, ProcessThreads process) {
    this.role = role;
    this.process = process;
  }

  private Children children() {
    return process.model().children;
  }

  private int real(int pid) {
    return process.first().ids.real(pid);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Takes over what children a process had; they come to ftrun when it has exited. */
  void adopt(Legacy.OfProcess legacy, boolean telling) {
    int ftrun = (int) Libc.call(SyscallNumber.GETPID);
    for (int pid : children().all()) {
      if (legacy.told().contains(pid)) {
        told.add(pid);
      }
      if (children().isMember(pid)) {
        all.put(pid, null);
        memberEnded(pid);
        continue;
      }
      int parent = ProcessState.parent(real(pid));
      if (parent == legacy.pid() || parent == ftrun) {
        all.put(pid, null);
        role.group.wards().add(real(pid));
        if (telling && ProcessState.isZombie(real(pid))) {
          told.add(pid); // one signal tells of all that have ended before it is delivered
        }
      } else {
        children().forget(pid);
      }
    }
    if (!all.isEmpty()) {
      LOG.info("{} child processes of the service are looked after by ftrun", all.size());
      later();
    }
  }

  /** A member has ended that may be one of these. */
  void memberEnded(int pid) {
    byte[] end = children().endOf(pid);
    if (all.containsKey(pid) && all.get(pid) == null && end != null) {
      ended(pid, end);
      role.assembly.add(this::tell);
    }
  }

  /** A member runs natively from now on that may be one of these. */
  void memberLeft(int pid) {
    if (all.containsKey(pid)) {
      role.group.wards().add(real(pid));
      later();
    }
  }

  private void later() {
    role.group.later(LOOK_MILLIS, this::look);
  }

  private void look() {
    boolean lives = false;
    boolean news = false;
    for (int pid : pids()) {
      if (all.get(pid) == null && !children().isMember(pid)) {
        byte[] end = endOf(pid);
        lives |= end == null;
        if (end != null) {
          ended(pid, end);
          news = true;
        }
      }
    }
    if (all.keySet().removeIf(this::isGone)) {
      noteNone();
    }
    if (news) {
      role.assembly.add(this::tell);
    }
    if (lives) {
      later();
    }
  }

  /** A child of which the service does not want to know is no more, as the kernel has it. */
  private void ended(int pid, byte[] end) {
    SignalAction action = process.model().actions.of(Signal.SIGCHLD);
    all.put(pid, end);
    if (!action.isIgnore() && told.add(pid)) {
      untold.add(end);
    }
    if (action.isIgnore() || (action.flags() & SA_NOCLDWAIT) != 0) {
      reap(pid);
    }
  }

  /** How the child has ended; null if it lives, or is not ftrun's yet. */
  private byte[] endOf(int pid) {
    siginfo.buffer().putInt(HeldSignals.SENDER, 0);
    long result = waitFor(pid, Children.WEXITED | Children.WNOHANG | Children.WNOWAIT, 0);
    if (result != 0 || siginfo.buffer().getInt(HeldSignals.SENDER) != real(pid)) {
      return null;
    }
    siginfo.buffer().putInt(HeldSignals.SENDER, pid);
    byte[] end = new byte[HeldSignals.SIGINFO_BYTES];
    siginfo.buffer().get(0, end);
    return end;
  }

  private long waitFor(int pid, int options, long usage) {
    long result =
        Libc.call(SyscallNumber.WAITID, P_PID, real(pid), siginfo.address(), options, usage, 0);
    Reference.reachabilityFence(siginfo);
    return result;
  }

  /** Somebody else has reaped it, or it never came: nobody will learn of its end. */
  private boolean isGone(int pid) {
    if (all.get(pid) != null || children().isMember(pid) || ProcessState.parent(real(pid)) > 0) {
      return false;
    }
    forget(pid);
    return true;
  }

  private void forget(int pid) {
    told.remove(pid);
    role.group.wards().remove(real(pid));
    children().forget(pid);
    process.first().ids.forgetLeft(pid);
  }

  /**
   * The service, all of whose threads stand, gets SIGCHLD for those that have ended. Threads that
   * wait for them go on, too.
   */
  private Role tell() throws TraceeDiedException {
    if (!role.processes().contains(process)) {
      return null; // it has ended meanwhile
    }
    MemberThread first = process.first();
    Registers standing = new Registers();
    first.tracee.readRegisters(standing);
    long mask = first.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs.
    first.tracee.setSignalMask(~SignalActions.OWNED);
    for (byte[] end : untold) {
      new OwnSignals(first).queueShared(end);
    }
    untold.clear();
    first.tracee.setSignalMask(mask);
    first.tracee.writeRegisters(standing);
    return null;
  }

  /** Those of whose end the service has been told, and for which it has not waited. */
  Set<Integer> told() {
    return Set.copyOf(told);
  }

  /** The pids of those that wait, ended or not. */
  List<Integer> pids() {
    return List.copyOf(all.keySet());
  }

  /** How a child has ended, as waitid(2) tells it in siginfo_t; null if it has not. */
  byte[] end(int pid) {
    return all.get(pid);
  }

  /**
   * What the kernel tells of the resources that a child has used which has ended.
   *
   * @param usage gets struct rusage; of a member nothing is known
   */
  void usage(int pid, NativeMemory usage) {
    if (!children().isMember(pid)) {
      waitFor(pid, Children.WEXITED | Children.WNOHANG | Children.WNOWAIT, usage.address());
    }
  }

  /** The service has waited for a child that has ended: it goes. */
  void reap(int pid) {
    boolean isMember = children().isMember(pid); // its tracer has reaped it
    long result = isMember ? 0 : waitFor(pid, Children.WEXITED | Children.WNOHANG, 0);
    if (result != 0 && result != -Errno.ECHILD) {
      LOG.warn("child process {} cannot be reaped: errno {}", pid, -result);
    }
    all.remove(pid);
    forget(pid);
    noteNone();
  }

  private void noteNone() {
    if (!role.processes.haveAdopted()) {
      role.protection.childrenGone();
    }
  }

  /** The service runs natively from now on: only the kernel's own children can be waited for. */
  void leave() {
    if (!all.isEmpty()) {
      LOG.warn(
          "{} child processes from before a takeover cannot be waited for by the service any more",
          all.size());
    }
    for (int pid : all.keySet()) {
      role.group.wards().remove(real(pid));
    }
    all.clear();
  }
}
