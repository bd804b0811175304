package org.ftrun.tracer.member;

import org.ftrun.eventlog.CorruptEventException;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventReader;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The member that follows: whenever its process wants something of the kernel, it gets what the
 * event log says the primary got. When the log is sealed and consumed, it becomes the primary.
 */
public final class ReplicaRole implements Role, FailSafe {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaRole.class);

  /** How the replica waits for the next event. */
  public enum Waiting {
    /** Burns its core. */
    SPIN,
    /** Spins, then yields. */
    YIELD,
    /** Spins for a moment, then sleeps for up to some milliseconds. */
    SLEEP
  }

  /** What the replica's process is doing. */
  private enum At {
    /** Runs its own code, or a call that both members make. */
    RUNNING,
    /** Stands at a call that has not been answered. */
    CALL,
    /** Stands behind a call that a signal interrupted in the primary. */
    BEHIND_CALL,
    /** Stands at the entry of a signal's handler, where another signal may have come. */
    HANDLER_ENTRY,
    /** Stands at an instruction that the log answers. */
    INSTRUCTION,
    /** Stands at a fault of its own that will kill it. */
    FAULT
  }

  final Member member;
  final CallInFlight call;

  private final GroupLink group;
  private final EventReader reader;
  private final EventWait wait;
  private final ReplicaCalls calls;
  private final Succession succession;
  private final byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
  private At at = At.RUNNING;
  private TrappedInstruction instruction = TrappedInstruction.NONE;
  private int faultSignal;
  private boolean chainExpected;

  ReplicaRole(Member member, GroupLink group, Waiting waiting) {
    this.member = member;
    this.group = group;
    this.call = new CallInFlight(CallDigest.of(member, group));
    this.wait = new EventWait(waiting);
    this.reader = group.log().reader(org.ftrun.eventlog.Consumer.REPLICA);
    this.calls = new ReplicaCalls(this, reader);
    this.succession = new Succession(this, group, reader);
  }

  /** Pid of the process that follows. */
  public int pid() {
    return member.pid();
  }

  /** Published events that it has not consumed yet; any thread may ask. */
  public long lag() {
    return Math.max(
        0,
        group.log().cursor().get()
            - group.log().consumerSequence(org.ftrun.eventlog.Consumer.REPLICA).get());
  }

  /**
   * Tells the replica that nothing will follow what is published; any thread may call it, and wakes
   * the tracer afterwards.
   *
   * @param legacy what the primary leaves beside the log
   */
  public void seal(Legacy legacy) {
    succession.seal(legacy);
  }

  /** Kills and reaps the replica; on its tracer thread. */
  void destroy() {
    ReplicaBirth.discard(member.pid());
  }

  /** Lets the newborn run for the first time. */
  Role begin() {
    try {
      member.tracee.resume(0);
    } catch (TraceeDiedException e) {
      LOG.debug("the replica died before it ran");
    }
    return this;
  }

  ArgumentHistory history() {
    return group.history();
  }

  @Override
  public Role step() {
    try {
      if (at == At.RUNNING) {
        succession.lookAfterTheEnd();
        Stop stop = member.tracee.await();
        if (stop.kind() == StopKind.NONE) {
          succession.stopToPromote();
          return this;
        }
        return handle(stop);
      }
      return follow();
    } catch (TraceeDiedException e) {
      return lost(member.tracee.await());
    } catch (CorruptEventException e) {
      return diverged(e.getMessage());
    }
  }

  private Role handle(Stop stop) throws TraceeDiedException {
    switch (stop.kind()) {
      case SIGNAL:
        return onSignal(stop.signal());
      case TRAP:
        return onTrap();
      case GROUP_STOP:
      case SYSCALL:
      case BIRTH:
      case OTHER:
        member.tracee.resume(0);
        return this;
      default:
        return lost(stop);
    }
  }

  /** Our interrupt, for a promotion. */
  private Role onTrap() throws TraceeDiedException {
    reader.catchUp();
    member.tracee.readRegisters(member.now);
    if (succession.isDue() && !call.executing && !member.hasOwnSignalPending()) {
      if (!member.fastPath.isInside(member.now.rip())) {
        return promote();
      }
      member.fastPath.sendToBoundary(member.now);
    }
    member.fastPath.endSleep(member.now);
    member.tracee.resume(0);
    return this;
  }

  private Role onSignal(int signal) throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    reader.catchUp();
    if (signal == Signal.SIGTRAP
        && call.executing
        && member.model().stub.isTrapped(member.now.rip())) {
      String divergence = calls.executed();
      return divergence == null ? this : diverged(divergence);
    }
    member.tracee.readSiginfo(signal, siginfo);
    int code = HeldSignals.codeOf(siginfo);
    if (signal == Signal.SIGSYS && code == PrimaryRole.SYS_USER_DISPATCH) {
      if (!succession.isSealed()) {
        member.fastPath.clearStop();
      }
      member.fastPath.toSite(member.now);
      call.begin(member.now);
      member.fastPath.patch(call);
      return standAt(At.CALL);
    }
    if (signal == Signal.SIGSEGV && code == PrimaryRole.SI_KERNEL) {
      instruction = TrappedInstruction.at(member, member.now.rip());
      if (instruction != TrappedInstruction.NONE) {
        return standAt(At.INSTRUCTION);
      }
    }
    if (signal == Signal.SIGSEGV && TimeStampUse.isAtFence(member, siginfo)) {
      TimeStampUse.atFence(member, member.now.copy());
      return this;
    }
    if (chainExpected && signal == Signal.SIGTRAP && code <= 0) {
      chainExpected = false;
      return standAt(At.HANDLER_ENTRY);
    }
    if (PrimarySignals.isSynchronous(signal, siginfo)) {
      if (member.fastPath.endCopy(member.now)) {
        member.tracee.resume(0);
        return this;
      }
      return fault(signal);
    }
    if (calls.suspendedFor(signal)) {
      calls.deliverSuspended();
      return this;
    }
    // Signals reach a replica through the log only.
    member.tracee.resume(0);
    return this;
  }

  private Role fault(int signal) throws TraceeDiedException {
    if (member.model().actions.of(signal).hasHandler()) {
      member.model().enterHandler(signal);
      member.tracee.resume(signal);
      return this;
    }
    faultSignal = signal;
    return standAt(At.FAULT);
  }

  private Role standAt(At place) {
    at = place;
    wait.reset();
    return this;
  }

  /** The process stands still until the next event. */
  private Role follow() throws TraceeDiedException {
    Event event = reader.peek();
    if (event == null) {
      if (succession.isDue()) {
        return at == At.FAULT ? succession.dieLikePrimary(faultSignal) : promote();
      }
      return awaitEvent();
    }
    wait.reset();
    if (at == At.FAULT) {
      return diverged(
          "the replica faulted with "
              + Signal.name(faultSignal)
              + " where the primary went on to event "
              + event.sequence());
    }
    String divergence = consume(event);
    return divergence == null ? this : diverged(divergence);
  }

  private String consume(Event event) throws TraceeDiedException {
    if (at == At.HANDLER_ENTRY) {
      boolean chained = (event.flags() & EventRecorder.FLAG_CHAINED) != 0;
      if (event.kind() == EventKind.SIGNAL && chained) {
        return calls.deliver(event, false);
      }
      run();
      return null;
    }
    switch (event.kind()) {
      case MEMORY:
        return calls.writeMemory(event);
      case SIGNAL:
        return onSignalEvent(event);
      case RDTSC:
      case CPUID:
        return onInstructionEvent(event);
      case SYSCALL:
      case PARTIAL:
        return at == At.CALL ? calls.consume(event) : misplaced(event);
      default:
        reader.consume();
        return null;
    }
  }

  private String onSignalEvent(Event event) throws TraceeDiedException {
    boolean behind = (event.flags() & EventRecorder.FLAG_SIGNAL_FOLLOWS) != 0;
    if (behind != (at == At.BEHIND_CALL) || at == At.INSTRUCTION) {
      return misplaced(event);
    }
    return calls.deliver(event, behind);
  }

  private String onInstructionEvent(Event event) throws TraceeDiedException {
    if (at != At.INSTRUCTION || !instruction.answer(member.now, event)) {
      return misplaced(event);
    }
    reader.consume();
    member.tracee.writeRegisters(member.now);
    run();
    return null;
  }

  private String misplaced(Event event) {
    return Divergence.report(event, member, call, at.toString(), group.history());
  }

  /** The process runs again. */
  void run() throws TraceeDiedException {
    at = At.RUNNING;
    member.tracee.resume(0);
  }

  /** The process runs again, with a signal's handler first. */
  void run(int signal) throws TraceeDiedException {
    at = At.RUNNING;
    member.tracee.resume(signal);
  }

  /** The process will stop at the entry of the handler that it enters next. */
  void expectChain() {
    chainExpected = true;
  }

  /** The process runs a call that both members make. */
  void running() {
    at = At.RUNNING;
  }

  /** The process waits behind its call for the signal that interrupted it. */
  void behindCall() {
    at = At.BEHIND_CALL;
  }

  private Role awaitEvent() throws TraceeDiedException {
    if (!wait.pause()) {
      return this;
    }
    Stop stop = member.tracee.poll();
    return stop.kind() == StopKind.NONE ? this : lost(stop);
  }

  private Role promote() throws TraceeDiedException {
    if (at == At.BEHIND_CALL) {
      calls.leaveBehindCall();
    }
    PrimaryRole primary = succession.promote();
    try {
      if (at == At.CALL) {
        return primary.takeOver(call, succession.interrupted());
      }
      if (at == At.INSTRUCTION) {
        return primary.takeOver(instruction);
      }
      return primary.takeOver(member.now);
    } catch (TraceeDiedException e) {
      return primary; // killed already: its exit event is what wait4 reports next
    }
  }

  private Role diverged(String report) {
    destroy();
    group.replicaLost(report, true);
    return null;
  }

  private Role lost(Stop stop) {
    String how = stop.kind() == StopKind.KILLED ? " of " + Signal.name(stop.signal()) : "";
    destroy();
    group.replicaLost("the replica died" + how, false);
    return null;
  }

  @Override
  public Role afterError(Throwable error) {
    if (succession.successor() != null) {
      return succession.successor().afterError(error); // it is the service now
    }
    destroy();
    group.replicaLost("internal error: " + error, false);
    return null;
  }
}
