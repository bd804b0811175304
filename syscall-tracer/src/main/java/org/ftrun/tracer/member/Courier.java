package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * A process of our own that shares a stopped process's memory and nothing else. What it maps is
 * mapped for the other too, while its descriptor table is a copy, emptied at once: whatever room
 * the service's own has, and nothing of ours is ever in that.
 */
final class Courier {
  private static final long CLONE_VM = 0x100;
  private static final long LAST_DESCRIPTOR = 0xffff_ffffL;

  private final int pid;
  private final long execute;
  private final InjectedCall injected;

  private Courier(Tracee tracee, long execute) {
    this.pid = tracee.pid();
    this.execute = execute;
    this.injected = new InjectedCall(tracee, new HeldSignals());
  }

  /** What is done by one. */
  interface Errand {
    /**
     * Does it.
     *
     * @return null, or why it could not be done
     */
    String run(Courier courier) throws TraceeDiedException;
  }

  /**
   * Has an errand run; the courier is dead and reaped when this returns.
   *
   * @param member the stopped process, with the stub in it; its registers are changed
   * @return null, or why it could not be done
   * @throws TraceeDiedException if the process died
   */
  static String send(MemberThread member, Errand errand) throws TraceeDiedException {
    long born = Seeding.bear(member, CLONE_VM);
    if (born < 0) {
      return "the kernel refuses to clone the service: errno " + -born;
    }
    try {
      Tracee tracee = ReplicaBirth.seize((int) born, 0);
      Courier courier = new Courier(tracee, member.model().stub.execute());
      courier.call(SyscallNumber.CLOSE_RANGE, 0, LAST_DESCRIPTOR, 0);
      return errand.run(courier);
    } catch (TraceeDiedException died) {
      return "the process that was to bring it died";
    } finally {
      ReplicaBirth.discard((int) born);
      Seeding.reapClones(member);
    }
  }

  int pid() {
    return pid;
  }

  /** Makes it execute a call. */
  long call(long number, long... arguments) throws TraceeDiedException {
    return injected.call(execute, number, arguments);
  }
}
