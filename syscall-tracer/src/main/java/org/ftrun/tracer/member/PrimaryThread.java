package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * A thread of the member that serves: its calls are executed through the stub and recorded while a
 * replica follows.
 *
 * <p>A call goes through these stops: SIGSYS at its site; then, unless it is answered at once, the
 * trap behind the stub's {@code syscall}. What interrupts it in between is a signal, our own
 * interrupt (TRAP), or the process's end (EXITING).
 */
final class PrimaryThread {
  /** si_code of SIGSYS from Syscall User Dispatch (asm-generic/siginfo.h). */
  static final int SYS_USER_DISPATCH = 2;

  /** si_code of a fault that the kernel forced for a privileged or trapped instruction. */
  static final int SI_KERNEL = 0x80;

  /** AUDIT_ARCH_X86_64: calls by int 0x80 come with another one. */
  static final int ARCH_X86_64 = 0xc000003e;

  final PrimaryRole role;
  final MemberThread member;
  final GroupLink group;
  final EventRecorder recorder;
  final CallInFlight call;
  final byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
  final BoundaryActions atBoundary;
  final SignalFairness fairness;
  final PrimaryStanding standing = new PrimaryStanding(this);
  final PrimaryLoop loop = new PrimaryLoop(this);

  private final PrimaryCalls calls;
  final PrimarySignals signals;
  private final PrimaryFastPath fast;
  final ThreadEnding ending;
  private final PrimaryInstructions instructions;
  private final TurnNeed turnNeed;
  private boolean trapHandled;

  /** What watches the first calls of a child that may be none of the members; null else. */
  Probation probation;

  /** The service's registers at the present stop, or null if they are the thread's. */
  private Registers service;

  PrimaryThread(PrimaryRole role, MemberThread member) {
    this.role = role;
    this.member = member;
    this.group = role.group;
    this.call = new CallInFlight(CallDigest.of(member, group), member.ids.pid());
    this.recorder = new EventRecorder(member, role.writer, group, role.recording);
    this.atBoundary = new BoundaryActions(member);
    this.fairness = new SignalFairness(this);
    this.calls = new PrimaryCalls(this);
    this.signals = new PrimarySignals(this, calls);
    this.fast = new PrimaryFastPath(this, calls);
    this.instructions = new PrimaryInstructions(member, recorder);
    this.turnNeed = new TurnNeed(this, calls.interruption);
    this.ending = new ThreadEnding(this, calls, fast);
    member.lifeline.attach(call, () -> service);
  }

  /** The service's first program is in place: the exec event has been reported. */
  Role begin() {
    try {
      return calls.onExec();
    } catch (TraceeDiedException e) {
      return role;
    }
  }

  /** Its program is about to begin, with these registers. */
  void startsAt(Registers registers) {
    service = registers;
  }

  /**
   * Takes over from a replica that stands at a call.
   *
   * @param parked the call
   * @param began when the old primary began it, System.nanoTime(), or 0 if it had not
   */
  Role takeOver(CallInFlight parked, long began) throws TraceeDiedException {
    call.continueFrom(parked, began);
    service = call.atSite;
    calls.sending.parked();
    return atCall();
  }

  /** Takes over from a replica that stands at an instruction which faults. */
  Role takeOver(TrappedInstruction instruction) throws TraceeDiedException {
    instructions.answer(instruction);
    return role;
  }

  /** Takes over from a replica that was stopped in its own code. */
  Role takeOver(Registers stopped) throws TraceeDiedException {
    Registers own = stopped.copy();
    service = own;
    return atBoundaryInCode(own);
  }

  private Role atBoundaryInCode(Registers own) throws TraceeDiedException {
    Role next = atBoundary.run(own);
    if (next != null) {
      return next;
    }
    if (isToStand()) {
      return standing.inCode(own);
    }
    member.tracee.writeRegisters(own);
    member.lifeline.afterCall();
    member.tracee.resume(0);
    return role;
  }

  /** What the tracer is to do at a stop of this thread. */
  Role stopped(Stop stop) throws TraceeDiedException {
    service = call.executing ? call.atSite : null;
    role.noteStop();
    switch (stop.kind()) {
      case SIGNAL:
      case TRAP:
        return handle(stop.kind(), stop.signal());
      case GROUP_STOP:
        member.tracee.listen();
        return role;
      case EXEC:
        return calls.onExec();
      case EXITING:
        ending.noteKilled((int) member.tracee.eventMessage() & 0x7f);
        return ending.isAlone() ? ending.leave() : new DyingRole(role).exiting(this);
      case BIRTH:
        if (calls.childBirth.reported()) {
          member.tracee.resume(0);
        }
        return role;
      case SYSCALL:
      case OTHER:
        member.tracee.resume(0);
        return role;
      default:
        ending.noteKilled(stop.kind() == StopKind.EXITED ? 0 : stop.signal());
        if (ending.isAlone()) {
          role.remove(this);
          return role;
        }
        return new DyingRole(role).ended(this, stop);
    }
  }

  /** Handles a stop for which the turn may be needed: SIGNAL or TRAP. */
  Role handle(StopKind kind, int signal) throws TraceeDiedException {
    service = call.executing ? call.atSite : null;
    if (turnNeed.isUnmet(kind)) {
      return turnNeed.await(kind, signal);
    }
    noteOthers();
    return kind == StopKind.SIGNAL ? onSignal(signal) : onTrap();
  }

  /** The call has returned, and its thread has the turn now. */
  Role returned() throws TraceeDiedException {
    service = call.atSite;
    member.tracee.readRegisters(member.now);
    return calls.completed(call.answer, false);
  }

  /** It has the turn: if others wait for it, its next call is where they are looked after. */
  void noteOthers() {
    if (role.turn.isWanted()) {
      member.fastPath.requestStop();
    }
  }

  /** Whether something is to be done at its next call boundary, out of a call if need be. */
  boolean isAwaited() {
    return role.assembly.isWanted() || !atBoundary.isEmpty();
  }

  /** Has the thread come to its next call, out of one that it waits in if need be. */
  void hurry() throws TraceeDiedException {
    member.fastPath.requestStop();
    if (!call.executing && !standing.isStanding() && member.fastPath.isOn()) {
      member.tracee.interrupt();
    }
  }

  /** What the stub is to do with the thread's calls from now on. */
  void updateMode() {
    if (standing.isIdle() || probation != null) {
      member.fastPath.setMode(StubArea.Mode.SLOW);
    } else {
      member.fastPath.setMode(recorder.isRecording() ? StubArea.Mode.RECORD : StubArea.Mode.SOLO);
    }
  }

  private Role onSignal(int signal) throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    if (signal == Signal.SIGTRAP && StubFault.handles(member)) {
      return role;
    }
    if (signal == Signal.SIGTRAP
        && call.executing
        && member.model().stub.isTrapped(member.now.rip())) {
      return calls.completed(member.now.rax(), false);
    }
    member.tracee.readSiginfo(signal, siginfo);
    int code = HeldSignals.codeOf(siginfo);
    boolean dispatched = signal == Signal.SIGSYS && code == SYS_USER_DISPATCH;
    if (dispatched && member.fastPath.isOfClock(member.now)) {
      member.fastPath.refuseClock(member.now);
      member.tracee.resume(0);
      return role;
    }
    if (!call.executing && fast.isInside(member.now.rip())) {
      if (PrimarySignals.isSynchronous(signal, siginfo) && member.fastPath.endCopy(member.now)) {
        member.tracee.resume(0);
        return role;
      }
      fast.stoppedInside();
    }
    if (signal == Signal.SIGTRAP && code == SI_KERNEL && trapHandled) {
      trapHandled = false; // the stub's trap, whose call was completed at an earlier stop
      member.tracee.resume(0);
      return role;
    }
    if (dispatched) {
      return onCall();
    }
    if (signal == Signal.SIGSEGV && code == SI_KERNEL && !call.executing) {
      TrappedInstruction instruction = TrappedInstruction.at(member, member.now.rip());
      if (instruction != TrappedInstruction.NONE) {
        instructions.answer(instruction);
        return role;
      }
    }
    if (signal == Signal.SIGSEGV && !call.executing && TimeStampUse.isAtFence(member, siginfo)) {
      service = member.now.copy();
      TimeStampUse.atFence(member, service);
      return role;
    }
    return signals.arrived(signal, siginfo);
  }

  private Role onCall() throws TraceeDiedException {
    member.fastPath.toSite(member.now);
    call.begin(member.now);
    service = call.atSite;
    fairness.noteCall();
    calls.sending.arrived();
    signals.chainEnds();
    int architecture = HeldSignals.architectureOf(siginfo);
    if (architecture != ARCH_X86_64) {
      return endProtection(
          "the service uses the 32-bit system call interface (int 0x80, architecture 0x"
              + Integer.toHexString(architecture)
              + ")");
    }
    if (probation == null) {
      member.fastPath.patch(call);
    }
    return atCall();
  }

  /** Goes on at the site of a call that has not begun: boundary actions, signals, the call. */
  Role atCall() throws TraceeDiedException {
    service = call.atSite;
    Role next = atBoundary.run(call.atSite);
    if (next != null) {
      return next;
    }
    if (isToStand()) {
      return standing.atSite();
    }
    if (probation == null && role.turn.isWanted() && role.turn.isOver()) {
      return standing.atSiteForTurn();
    }
    if (fairness.isSignalsTurn()) {
      return signals.deliverBeforeCall();
    }
    if (member.held.isEmpty() && !role.turn.isWanted()) {
      member.fastPath.clearStop();
    }
    Role decided = probation == null ? null : probation.atCall();
    if (decided != null) {
      return decided;
    }
    String obstacle = calls.obstacles.why();
    if (obstacle != null) {
      return calls.obstacles.areOwn()
          ? role.processes.leave(this, call.atSite, obstacle)
          : endProtection(obstacle);
    }
    Role answered = calls.answerUnasked();
    if (answered != null) {
      return answered;
    }
    Role afterwards = calls.execute();
    fairness.limitTurn();
    return afterwards;
  }

  /** Our interrupt, or the end of a group stop. */
  private Role onTrap() throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    if (!call.executing) {
      if (member.hasOwnSignalPending()) {
        member.fastPath.requestStop();
        member.tracee.resume(0);
        return role;
      }
      if (fast.isInside(member.now.rip()) && !fast.stoppedInside()) {
        member.tracee.resume(0);
        return role;
      }
    }
    if (!call.executing) {
      Registers own = member.now.copy();
      service = own;
      return atBoundaryInCode(own);
    }
    if (calls.interruption.hasReturned(member.now)) {
      noteTrap();
      return calls.completed(member.now.rax(), !trapHandled);
    }
    calls.interruption.note(member.now);
    SignalFault.strike(member);
    Role next = atBoundary.run(call.atSite);
    if (next != null) {
      return next;
    }
    return isToStand() ? standing.inCall() : goOnInCall();
  }

  private boolean isToStand() {
    return probation == null && role.assembly.isWanted();
  }

  /** Goes on with a call that was interrupted, as noted. */
  Role goOnInCall() throws TraceeDiedException {
    boolean overdue = calls.interruption.isOverdue();
    boolean ended = calls.childWaits.isReady();
    calls.childWaits.unpark();
    if (!overdue && !ended && !signals.areForCall()) {
      if (calls.sending.sendsAgain()) {
        return role;
      }
      Role next = calls.interruption.enterAgain();
      fairness.limitTurn();
      return next;
    }
    if (role.areSeveral() && !role.turn.take(this)) {
      standing.inCall();
      role.turn.await(this);
      role.watch.wanted();
      return role;
    }
    if (ended) {
      return calls.childWaits.answer();
    }
    return overdue ? calls.interruption.end() : calls.interruption.enterAgainWithSignals();
  }

  /** Whether the stub's trap of a completed call is still to come. */
  boolean isTrapToCome() {
    return trapHandled;
  }

  /** A call is completed at another stop than the stub's trap: that may still be to come. */
  void noteTrap() {
    trapHandled = member.model().stub.isTrapped(member.now.rip());
  }

  /** Ends protection at the site of a call, which then runs natively. */
  private Role endProtection(String reason) throws TraceeDiedException {
    if (role.areSeveral()) {
      standing.atSite();
      role.requestNative(reason);
      return role;
    }
    return role.standingAt(call.atSite).protection.end(reason);
  }

  /** Gives the service back to itself after a defect of ours. */
  Role rescue(String reason) {
    return ending.rescue(service, reason);
  }
}
