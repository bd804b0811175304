package org.ftrun.tracer.member;

import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventReader;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** A thread of the member that follows. */
final class ReplicaThread {
  /** What the thread is doing. */
  private enum At {
    /** Has been born and has not run. */
    BORN,
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
    /** Stands in a loop of its own code, in which the primary's thread gave up its turn. */
    LOOP,
    /** Stands at a fault of its own that will kill it. */
    FAULT
  }

  final ReplicaRole role;
  final MemberThread member;
  final CallInFlight call;
  private final EventReader reader;
  private final ReplicaCalls calls;
  private final byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];

  private At at = At.RUNNING;
  private Registers start;
  private boolean leaving;
  private TrappedInstruction instruction = TrappedInstruction.NONE;
  private int faultSignal;
  private boolean chainExpected;

  ReplicaThread(ReplicaRole role, MemberThread member) {
    this.role = role;
    this.member = member;
    this.call = new CallInFlight(CallDigest.of(member, role.group), member.ids.pid());
    this.reader = role.reader;
    this.calls = new ReplicaCalls(this, reader);
    member.tracee.faults().is(DaemonFault.Who.REPLICA);
  }

  /** Its id in events. */
  int id() {
    return member.thread().id;
  }

  /** Stands as the primary's thread did when the replica was seeded. */
  void standAs(Newborn.OfThread described) {
    start = described.registers();
    if (described.born()) {
      at = At.BORN;
    } else if (described.inLoop()) {
      at = At.LOOP;
    } else if (described.atCall()) {
      Registers stopped = start.copy();
      stopped.rip(stopped.rip() + CallInFlight.SYSCALL_INSTRUCTION_BYTES);
      call.begin(stopped, described.digest());
      at = At.CALL;
    }
  }

  /** Has been born, and has not run. */
  void standBorn(Registers registers) {
    start = registers;
    at = At.BORN;
  }

  boolean isRunning() {
    return at == At.RUNNING;
  }

  boolean isBorn() {
    return at == At.BORN;
  }

  boolean isInLoop() {
    return at == At.LOOP;
  }

  /** Stands in the loop in which the primary's thread gave up its turn. */
  void standInLoop(Registers registers) {
    start = registers;
    standAt(At.LOOP);
  }

  /** Where it begins, or goes on in its loop. */
  Registers start() {
    return start;
  }

  boolean isAtCall() {
    return at == At.CALL;
  }

  /** Whether it stands where the next signal was expected before any code runs. */
  boolean isAtHandlerEntry() {
    return at == At.HANDLER_ENTRY;
  }

  boolean isAtFault() {
    return at == At.FAULT;
  }

  int faultSignal() {
    return faultSignal;
  }

  /** Whether another thread's event may come where this one stands. */
  boolean mayPass() {
    return at == At.CALL || at == At.BORN || at == At.LOOP;
  }

  /** Whether it ends by itself. */
  boolean isLeaving() {
    return leaving;
  }

  /** It makes the call by which it ends. */
  void leaving() {
    leaving = true;
  }

  ArgumentHistory history() {
    return role.group.history();
  }

  Role handle(Stop stop) throws TraceeDiedException {
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
        return role;
      default:
        return role.lost(stop);
    }
  }

  /** Our interrupt, for a promotion. */
  private Role onTrap() throws TraceeDiedException {
    reader.catchUp();
    member.tracee.readRegisters(member.now);
    if (role.succession.isDue() && !call.executing && !member.hasOwnSignalPending()) {
      if (!member.fastPath.isInside(member.now.rip())) {
        return role.promote();
      }
      member.fastPath.sendToBoundary(member.now);
    }
    if (role.loops.isNext(this)) {
      return role.loops.comeTo(this);
    }
    if (role.succession.isSealed() && role.loops.mayStandAside(this)) {
      standInLoop(member.now.copy());
      return role;
    }
    if (member.tracee.hasUnreadStop()) {
      return role;
    }
    member.fastPath.endSleep(member.now);
    member.tracee.resume(0);
    return role;
  }

  private Role onSignal(int signal) throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    reader.catchUp();
    if (signal == Signal.SIGTRAP
        && call.executing
        && member.model().stub.isTrapped(member.now.rip())) {
      String divergence = calls.executed();
      return divergence == null ? role : role.diverged(divergence);
    }
    member.tracee.readSiginfo(signal, siginfo);
    int code = HeldSignals.codeOf(siginfo);
    if (signal == Signal.SIGSYS && code == PrimaryThread.SYS_USER_DISPATCH) {
      if (!role.succession.isSealed()) {
        member.fastPath.clearStop();
      }
      member.fastPath.toSite(member.now);
      call.begin(member.now);
      member.fastPath.patch(call);
      return standAt(At.CALL);
    }
    if (signal == Signal.SIGSEGV && code == PrimaryThread.SI_KERNEL) {
      instruction = TrappedInstruction.at(member, member.now.rip());
      if (instruction != TrappedInstruction.NONE) {
        return standAt(At.INSTRUCTION);
      }
    }
    if (signal == Signal.SIGSEGV && TimeStampUse.isAtFence(member, siginfo)) {
      TimeStampUse.atFence(member, member.now.copy());
      return role;
    }
    if (signal == Signal.SIGTRAP && role.loops.isBreak(this, code)) {
      return role.loops.arrived(this);
    }
    if (chainExpected && signal == Signal.SIGTRAP && code <= 0) {
      chainExpected = false;
      return standAt(At.HANDLER_ENTRY);
    }
    if (PrimarySignals.isSynchronous(signal, siginfo)) {
      if (member.fastPath.endCopy(member.now)) {
        member.tracee.resume(0);
        return role;
      }
      return fault(signal);
    }
    if (calls.suspendedFor(signal)) {
      calls.deliverSuspended();
      return role;
    }
    // Signals reach a replica through the log only.
    member.tracee.resume(0);
    return role;
  }

  private Role fault(int signal) throws TraceeDiedException {
    if (member.model().actions.of(signal).hasHandler()) {
      member.enterHandler(signal);
      member.tracee.resume(signal);
      return role;
    }
    faultSignal = signal;
    return standAt(At.FAULT);
  }

  private Role standAt(At place) {
    at = place;
    role.resetWait();
    return role;
  }

  /**
   * Goes on with an event of its own.
   *
   * @return null, or a divergence report
   */
  String consume(Event event) throws TraceeDiedException {
    if (at == At.BORN) {
      return onStart(event);
    }
    if (at == At.LOOP) {
      run(); // to that event
      return null;
    }
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
      case YIELD:
        return misplaced(event); // it stands at something that the primary's thread did not come to
      default:
        reader.consume();
        return null;
    }
  }

  private String onStart(Event event) throws TraceeDiedException {
    if (event.kind() != EventKind.START) {
      return misplaced(event);
    }
    reader.consume();
    member.tracee.writeRegisters(start);
    run();
    return null;
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

  String misplaced(Event event) {
    return Divergence.report(event, member, call, at.toString(), role.group.history());
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

  /**
   * Goes on as a thread of the primary, of which it is the one with the turn.
   *
   * @param began when the old primary began its call, System.nanoTime(), or 0
   */
  Role takeOver(PrimaryThread primary, long began) throws TraceeDiedException {
    switch (at) {
      case CALL:
        return primary.takeOver(call, began);
      case INSTRUCTION:
        return primary.takeOver(instruction);
      case BORN:
        return primary.takeOver(start);
      default:
        member.tracee.readRegisters(member.now);
        return primary.takeOver(member.now);
    }
  }

  /**
   * Gives it the registers with which it would go on by itself, its tracer gone: what it has come
   * to, it makes again then. So it does if it is sent to make a call of ours from here on.
   */
  void standByItself() throws TraceeDiedException {
    Registers standing;
    if (at == At.CALL) {
      standing = call.atSite;
      member.tracee.writeRegisters(standing);
    } else if (at == At.BORN || at == At.LOOP) {
      standing = start;
      member.tracee.writeRegisters(standing);
    } else {
      standing = new Registers();
      member.tracee.readRegisters(standing);
    }
    member.lifeline.attach(call, () -> standing);
  }

  /** The signal that should have come behind its call died with the primary. */
  void leaveBehindCall() throws TraceeDiedException {
    if (at == At.BEHIND_CALL) {
      calls.leaveBehindCall();
    }
  }
}
