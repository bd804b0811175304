package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.LocalStub;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The member that serves: its calls are executed through the stub and recorded while a replica
 * follows.
 *
 * <p>A call goes through these stops: SIGSYS at its site; then, unless it is answered at once, the
 * trap behind the stub's {@code syscall}. What interrupts it in between is a signal, our own
 * interrupt (TRAP), or the process's end (EXITING).
 */
public final class PrimaryRole implements Role, FailSafe {
  /** si_code of SIGSYS from Syscall User Dispatch (asm-generic/siginfo.h). */
  static final int SYS_USER_DISPATCH = 2;

  /** si_code of a fault that the kernel forced for a privileged or trapped instruction. */
  static final int SI_KERNEL = 0x80;

  /** AUDIT_ARCH_X86_64: calls by int 0x80 come with another one. */
  static final int ARCH_X86_64 = 0xc000003e;

  private static final SyscallRow SET_AFFINITY = SyscallTable.named("sched_setaffinity");

  final Member member;
  final GroupLink group;
  final EventRecorder recorder;
  final CallInFlight call;
  final byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
  final BoundaryActions atBoundary;
  final PrimaryProtection protection;
  final SignalFairness fairness;

  private final PrimaryCalls calls;
  private final PrimarySignals signals;
  private final PrimaryFastPath fast;
  private final LocalStub localStub = new LocalStub();
  private boolean trapHandled;

  /** The service's registers at the present stop, or null if they are the thread's. */
  private Registers service;

  PrimaryRole(Member member, GroupLink group) {
    this.member = member;
    this.group = group;
    this.call = new CallInFlight(CallDigest.of(member, group), member.ids.pid());
    this.recorder = new EventRecorder(member, group.log().writer(), group);
    this.atBoundary = new BoundaryActions(member);
    this.protection = new PrimaryProtection(this);
    this.fairness = new SignalFairness(this);
    this.calls = new PrimaryCalls(this);
    this.signals = new PrimarySignals(this, calls);
    this.fast = new PrimaryFastPath(this, calls);
    member.lifeline.attach(call, () -> service);
  }

  /** The service's first program is in place: the exec event has been reported. */
  Role begin() {
    try {
      return calls.onExec();
    } catch (TraceeDiedException e) {
      return this;
    }
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
    return atCall();
  }

  /** Takes over from a replica that stands at an instruction which faults. */
  Role takeOver(TrappedInstruction instruction) throws TraceeDiedException {
    return onInstruction(instruction);
  }

  /** Takes over from a replica that was stopped in its own code. */
  Role takeOver(Registers stopped) throws TraceeDiedException {
    Registers own = stopped.copy();
    service = own;
    Role next = atBoundary.run(own);
    if (next != null) {
      return next;
    }
    member.tracee.writeRegisters(own);
    member.tracee.resume(0);
    return this;
  }

  /** The process dies: what its own code was doing with the kernel is settled. */
  void settleFastPath() throws TraceeDiedException {
    if (!call.executing) {
      fast.settle();
    }
  }

  /** As {@link #settleFastPath}, once the process is gone. */
  void settleFastPathAfterwards() {
    if (!call.executing && recorder.isRecording() && member.fastPath.isOn()) {
      fast.settleAfterwards();
    }
  }

  /** Lets the process die of a signal that it is about to take. */
  Role die(int signal) throws TraceeDiedException {
    return new DyingRole(this, calls).ownDeath(signal);
  }

  /** Number of sites whose calls take the fast path; any thread may ask. */
  public int patchedSites() {
    return member.model() == null ? 0 : member.model().patches.patched();
  }

  /** Number of sites that were found to have no form that can be patched. */
  public int slowSites() {
    return member.model() == null ? 0 : member.model().patches.unpatchable();
  }

  /** Pid of the process that serves. */
  public int pid() {
    return member.pid();
  }

  @Override
  public Role step() {
    service = call.executing ? call.atSite : null;
    Stop stop = member.tracee.await();
    try {
      return handle(stop);
    } catch (TraceeDiedException e) {
      return this; // its exit event, or its wait status, is what wait4 reports next
    }
  }

  private Role handle(Stop stop) throws TraceeDiedException {
    switch (stop.kind()) {
      case NONE:
        return this;
      case SIGNAL:
        return onSignal(stop.signal());
      case TRAP:
        return onTrap();
      case GROUP_STOP:
        member.tracee.listen();
        return this;
      case EXEC:
        return calls.onExec();
      case EXITING:
        return new DyingRole(this, calls).exiting();
      case SYSCALL:
      case BIRTH:
      case OTHER:
        member.tracee.resume(0);
        return this;
      default:
        return new DyingRole(this, calls).ended(stop);
    }
  }

  private Role onSignal(int signal) throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    if (signal == Signal.SIGTRAP && StubFault.handles(member)) {
      return this;
    }
    if (signal == Signal.SIGTRAP
        && call.executing
        && member.model().stub.isTrapped(member.now.rip())) {
      return calls.completed(member.now.rax(), false);
    }
    member.tracee.readSiginfo(signal, siginfo);
    int code = HeldSignals.codeOf(siginfo);
    if (!call.executing && fast.isInside(member.now.rip())) {
      if (PrimarySignals.isSynchronous(signal, siginfo) && member.fastPath.endCopy(member.now)) {
        member.tracee.resume(0);
        return this;
      }
      fast.stoppedInside();
    }
    if (signal == Signal.SIGTRAP && code == SI_KERNEL && trapHandled) {
      trapHandled = false; // the stub's trap, whose call was completed at an earlier stop
      member.tracee.resume(0);
      return this;
    }
    if (signal == Signal.SIGSYS && code == SYS_USER_DISPATCH) {
      return onCall();
    }
    if (signal == Signal.SIGSEGV && code == SI_KERNEL && !call.executing) {
      TrappedInstruction instruction = TrappedInstruction.at(member, member.now.rip());
      if (instruction != TrappedInstruction.NONE) {
        return onInstruction(instruction);
      }
    }
    if (signal == Signal.SIGSEGV && !call.executing && TimeStampUse.isAtFence(member, siginfo)) {
      service = member.now.copy();
      TimeStampUse.atFence(member, service);
      return this;
    }
    return signals.arrived(signal, siginfo);
  }

  private Role onCall() throws TraceeDiedException {
    member.fastPath.toSite(member.now);
    call.begin(member.now);
    service = call.atSite;
    fairness.noteCall();
    signals.chainEnds();
    int architecture = HeldSignals.architectureOf(siginfo);
    if (architecture != ARCH_X86_64) {
      return endProtection(
          "the service uses the 32-bit system call interface (int 0x80, architecture 0x"
              + Integer.toHexString(architecture)
              + ")");
    }
    member.fastPath.patch(call);
    return atCall();
  }

  /** Goes on at the site of a call that has not begun: boundary actions, signals, the call. */
  Role atCall() throws TraceeDiedException {
    Role next = atBoundary.run(call.atSite);
    if (next != null) {
      return next;
    }
    if (fairness.isSignalsTurn()) {
      return signals.deliverBeforeCall();
    }
    if (member.held.isEmpty()) {
      member.fastPath.clearStop();
    }
    SyscallClass syscallClass = call.resolution.syscallClass();
    SyscallRole role = call.resolution.role();
    if (role == SyscallRole.BIRTH) {
      return endProtection(call.resolution.reason());
    }
    if (syscallClass == SyscallClass.END_PROTECTION) {
      return endProtection(call.row.name() + ": " + call.resolution.reason());
    }
    if (syscallClass == SyscallClass.DENY) {
      return calls.answer(-call.resolution.deniedErrno());
    }
    if (call.row == SET_AFFINITY) {
      return calls.answer(0); // as asked; the member stays on its core
    }
    Role afterwards = calls.execute();
    fairness.limitTurn();
    return afterwards;
  }

  /** The call at hand unblocks an owned signal that was pending. */
  Role deliverReleased() throws TraceeDiedException {
    return signals.deliverReleased();
  }

  /** A handler returns to the given mask and address: whether another signal comes at once. */
  boolean expectSignal(long mask, long address) throws TraceeDiedException {
    return signals.expectAfterReturn(mask, address);
  }

  private Role onInstruction(TrappedInstruction instruction) throws TraceeDiedException {
    long site = member.now.rip();
    if (instruction == TrappedInstruction.CPUID) {
      long question = TrappedInstruction.question(member.now);
      int[] answer = TrappedInstruction.cpuid(localStub, question);
      instruction.answerCpuid(member.now, answer);
      member.tracee.writeRegisters(member.now);
      recorder.publishCpuid(answer, question, site);
    } else {
      long value = localStub.timeStampCounter();
      instruction.answerTime(member.now, value);
      member.tracee.writeRegisters(member.now);
      recorder.publishTimeStamp(value, site);
    }
    member.tracee.resume(0);
    return this;
  }

  /** Our interrupt, or the end of a group stop. */
  private Role onTrap() throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    if (!call.executing) {
      if (member.hasOwnSignalPending()) {
        member.fastPath.requestStop();
        member.tracee.resume(0);
        return this;
      }
      if (fast.isInside(member.now.rip()) && !fast.stoppedInside()) {
        member.tracee.resume(0);
        return this;
      }
    }
    if (!call.executing) {
      Registers own = member.now.copy();
      service = own;
      Role next = atBoundary.run(own);
      if (next == null) {
        member.tracee.writeRegisters(own);
        member.tracee.resume(0);
      }
      return next == null ? this : next;
    }
    if (calls.interruption.hasReturned(member.now)) {
      noteTrap();
      return calls.completed(member.now.rax(), !trapHandled);
    }
    calls.interruption.note(member.now);
    Role next = atBoundary.run(call.atSite);
    if (next != null) {
      return next;
    }
    return fairness.isSignalWaiting()
        ? calls.interruption.backToSite()
        : calls.interruption.enterAgain();
  }

  /** Whether the stub's trap of a completed call is still to come. */
  boolean isTrapToCome() {
    return trapHandled;
  }

  /** A call is completed at another stop than the stub's trap: that may still be to come. */
  void noteTrap() {
    trapHandled = member.model().stub.isTrapped(member.now.rip());
  }

  /** Has a replica seeded at the next call boundary; called by the group on the tracer thread. */
  public void requestSeeding() {
    atBoundary.add(protection::seed);
  }

  /** Has protection ended at the next call boundary; called by the group on the tracer thread. */
  public void requestNative(String reason) {
    atBoundary.add(service -> protection.end(service, reason));
  }

  /** The replica is gone: events have no reader any more. */
  public void stopRecording() {
    recorder.setRecording(false);
  }

  /** Ends protection at the site of a call, which then runs natively. */
  private Role endProtection(String reason) throws TraceeDiedException {
    return protection.end(call.atSite, reason);
  }

  @Override
  public Role afterError(Throwable error) {
    return new Rescue(this, calls).rescue(service, "internal error: " + error);
  }
}
