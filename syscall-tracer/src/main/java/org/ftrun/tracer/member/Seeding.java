package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a replica out of a live, stopped primary: an injected clone that shares its descriptor
 * table, working directory, root and umask, is no child of it, and waits in the stub for its
 * tracer.
 */
final class Seeding {
  private static final Logger LOG = LoggerFactory.getLogger(Seeding.class);
  private static final long CLONE_FS = 0x200;
  private static final long CLONE_FILES = 0x400;
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_UNTRACED = 0x80_0000;

  private static final int WNOHANG = 1;

  /** __WCLONE. */
  private static final int CLONES = 0x8000_0000;

  private final PrimaryRole role;

  Seeding(PrimaryRole role) {
    this.role = role;
  }

  /**
   * Seeds a replica that begins where the primary's threads stand; the caller writes the root's own
   * registers afterwards.
   *
   * @return null, or why it could not be done
   */
  String seed() throws TraceeDiedException {
    List<Newborn> others = new ArrayList<>();
    Newborn first = null;
    try {
      for (ProcessThreads process : role.processes()) {
        if (first == null) {
          first = seed(process, null, others);
        } else {
          others.add(seed(process, first, List.of()));
        }
      }
    } catch (TraceeDiedException e) {
      kill(first);
      throw e;
    } catch (NotClonedException e) {
      kill(first);
      return e.getMessage();
    }
    return role.group.adopt(first);
  }

  private static void kill(Newborn first) {
    if (first != null) {
      first.kill();
    }
  }

  /** A process cannot be cloned. */
  private static final class NotClonedException extends Exception {
    private static final long serialVersionUID = 1;

    NotClonedException(String reason) {
      super(reason);
    }
  }

  private Newborn seed(ProcessThreads process, Newborn first, List<Newborn> others)
      throws TraceeDiedException, NotClonedException {
    MemberThread member = process.first();
    MappingsOf shared = MappingsOf.sharedOf(member.pid());
    String obstacle = shared.obstacle(member.model());
    if (obstacle != null) {
      throw new NotClonedException(obstacle);
    }
    List<Newborn.OfThread> threads = new ArrayList<>();
    for (PrimaryThread thread : role.threads()) {
      if (thread.member.threads() == process) {
        threads.add(describe(thread));
      }
    }
    Registers stopped = new Registers();
    member.tracee.readRegisters(stopped);
    long child = bear(member, CLONE_FS | CLONE_FILES);
    DaemonFault.reached(DaemonFault.Step.CLONED, member.pid());
    if (role.areSeveral()) {
      member.tracee.writeRegisters(stopped);
    }
    checkBorn(child);
    VirtualIds ids =
        first == null
            ? member.ids.ofClone((int) child)
            : first.ids().ofProcess(process.id(), (int) child, member.ids.parentPid());
    return new Newborn(
        (int) child,
        member.pid(),
        member.model().copy(),
        ids,
        shared.all().stream().filter(mapping -> isToBeOwn(member, mapping)).toList(),
        threads,
        others);
  }

  private static void checkBorn(long child) throws NotClonedException {
    if (child < 0) {
      throw new NotClonedException(
          "the kernel refuses to clone the primary: errno "
              + -child
              + " ("
              + Libc.errorText((int) -child)
              + ")");
    }
  }

  /**
   * The copy of a process that has just been born and stands before its first instruction.
   *
   * @param start the registers with which it begins
   * @return null if the kernel refuses
   */
  static Newborn ofNewborn(MemberThread member, Registers start) throws TraceeDiedException {
    return of(
        member,
        new Newborn.OfThread(
            member.thread().copy(),
            start.copy(),
            false,
            0,
            true,
            false,
            null,
            member.tracee.signalMask(),
            ""));
  }

  /** As {@link #ofNewborn}, of one that stands at the site of a call. Its registers are changed. */
  static Newborn ofBegun(PrimaryThread thread) throws TraceeDiedException {
    MemberThread member = thread.member;
    return of(
        member,
        new Newborn.OfThread(
            member.thread().copy(),
            thread.call.atSite.copy(),
            true,
            thread.call.digest,
            false,
            false,
            null,
            member.tracee.signalMask(),
            ""));
  }

  private static Newborn of(MemberThread member, Newborn.OfThread thread)
      throws TraceeDiedException {
    long child = bear(member, CLONE_FS | CLONE_FILES);
    if (child < 0) {
      LOG.error("the kernel refuses to clone process {}: errno {}", member.pid(), -child);
      return null;
    }
    return new Newborn(
        (int) child,
        member.pid(),
        member.model().copy(),
        null,
        List.of(),
        List.of(thread),
        List.of());
  }

  private static boolean isToBeOwn(MemberThread member, MappingsOf.Mapping mapping) {
    return mapping.isSharedAnonymous()
        || member.model().sharedFiles().touch(mapping.start(), mapping.bytes());
  }

  private Newborn.OfThread describe(PrimaryThread thread) throws TraceeDiedException {
    boolean further = thread.member != thread.member.threads().first();
    return new Newborn.OfThread(
        thread.member.thread().copy(),
        thread.standing.service().copy(),
        thread.standing.isAtCall(),
        thread.call.digest,
        thread.standing.isBorn(),
        thread.standing.isInLoop(),
        further ? thread.member.tracee.readExtendedState() : null,
        thread.member.tracee.signalMask(),
        further ? nameOf(thread.member) : "");
  }

  private static String nameOf(MemberThread thread) {
    Path name = Path.of("/proc/" + thread.processId() + "/task/" + thread.pid() + "/comm");
    try {
      return Files.readString(name, StandardCharsets.ISO_8859_1).stripTrailing();
    } catch (IOException e) {
      LOG.debug("{} cannot be read: {}", name, e.getMessage());
      return "";
    }
  }

  /**
   * Clones a stopped process; the newborn waits in the stub and is not traced. Of the root it is a
   * sibling, and so the daemon's child; of a further process it is a child that the service's own
   * waits do not see, for its end sends no signal, until its parent has ended.
   *
   * @param shared what it shares with its original, as flags of clone(2)
   * @return its pid, or {@code -errno}
   */
  static long bear(MemberThread member, long shared) throws TraceeDiedException {
    long birth = member.model().stub.birth();
    long trapped = member.model().stub.base().value() + StubLayout.BIRTH_TRAPPED;
    boolean isRoot = member.ids.isRoot();
    long flags = shared | CLONE_UNTRACED | (isRoot ? CLONE_PARENT | Signal.SIGCHLD : 0);
    long parent = isRoot ? ProcessHandle.current().pid() : member.processId();
    reapClones(member);
    try {
      long born =
          member.injected.run(birth, trapped, SyscallNumber.CLONE, flags, 0, 0, 0, 0, parent);
      if (!isRoot && born > 0) {
        member.threads().clones().add((int) born);
      }
      return born;
    } catch (TraceeDiedException died) {
      killOrphan(member);
      throw died;
    }
  }

  /** Clones of a further process that have ended are its zombies. Registers are changed. */
  static void reapClones(MemberThread member) throws TraceeDiedException {
    List<Integer> clones = member.threads().clones();
    for (int clone : List.copyOf(clones)) {
      if (member.inject(SyscallNumber.WAIT4, clone, 0, CLONES | WNOHANG, 0) != 0) {
        clones.remove((Integer) clone);
      }
    }
  }

  /** The primary died within the clone: a newborn would hold the connections open for ever. */
  private static void killOrphan(MemberThread member) throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    long rip = member.now.rip() - member.model().stub.base().value();
    boolean born = rip >= StubLayout.BORN && rip <= StubLayout.BIRTH_TRAPPED;
    if (born && member.now.rax() > 0) {
      Libc.call(SyscallNumber.KILL, member.now.rax(), Signal.SIGKILL);
    }
  }
}
