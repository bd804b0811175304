package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
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

  private final PrimaryRole role;
  private final MemberThread member;

  Seeding(PrimaryRole role) {
    this.role = role;
    this.member = role.first().member;
  }

  /**
   * Seeds a replica that begins where the primary's threads stand; the caller writes the primary's
   * own registers afterwards.
   *
   * @return null, or why it could not be done
   */
  String seed() throws TraceeDiedException {
    MappingsOf shared = MappingsOf.sharedOf(member.pid());
    String obstacle = shared.obstacle(member.model());
    if (obstacle != null) {
      return obstacle;
    }
    List<Newborn.OfThread> threads = new ArrayList<>();
    for (PrimaryThread thread : role.threads()) {
      threads.add(describe(thread));
    }
    Registers stopped = new Registers();
    member.tracee.readRegisters(stopped);
    long child = bear(member, CLONE_FS | CLONE_FILES);
    DaemonFault.reached(DaemonFault.Step.CLONED, member.pid());
    if (role.areSeveral()) {
      member.tracee.writeRegisters(stopped);
    }
    if (child < 0) {
      return "the kernel refuses to clone the primary: errno "
          + -child
          + " ("
          + Libc.errorText((int) -child)
          + ")";
    }
    return role.group.adopt(
        new Newborn(
            (int) child,
            member.pid(),
            member.model().copy(),
            member.ids.ofClone((int) child),
            shared.all().stream().filter(this::isToBeOwn).toList(),
            threads));
  }

  private boolean isToBeOwn(MappingsOf.Mapping mapping) {
    long bytes = mapping.end() - mapping.start();
    return mapping.isSharedAnonymous()
        || member.model().sharedFiles().touch(mapping.start(), bytes);
  }

  private Newborn.OfThread describe(PrimaryThread thread) throws TraceeDiedException {
    boolean further = thread != role.first();
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
   * Clones a stopped process; the newborn waits in the stub, is the daemon's child and not traced.
   *
   * @param shared what it shares with its original, as flags of clone(2)
   * @return its pid, or {@code -errno}
   */
  static long bear(MemberThread member, long shared) throws TraceeDiedException {
    long birth = member.model().stub.birth();
    long trapped = member.model().stub.base().value() + StubLayout.BIRTH_TRAPPED;
    long flags = shared | CLONE_PARENT | CLONE_UNTRACED | Signal.SIGCHLD;
    try {
      return member.injected.run(
          birth, trapped, SyscallNumber.CLONE, flags, 0, 0, 0, 0, ProcessHandle.current().pid());
    } catch (TraceeDiedException died) {
      killOrphan(member);
      throw died;
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
