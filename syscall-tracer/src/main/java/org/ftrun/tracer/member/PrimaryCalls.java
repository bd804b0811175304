package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Executes the primary's calls through the stub and records what they brought. {@link Redirection}
 * is how an input comes to the service, {@link Interruption} how a call goes on that was
 * interrupted.
 */
final class PrimaryCalls {
  private static final int LARGEST_ERRNO = 4096;

  private static final SyscallRow CONNECT = SyscallTable.named("connect");

  private final PrimaryThread primary;
  private final MemberThread member;
  private final CallInFlight call;
  private final EventRecorder recorder;
  private final Registers asked = new Registers();

  final CallObstacles obstacles;
  private final ThreadBirth birth;
  final ChildBirth childBirth;
  final ChildWaits childWaits;
  final MemberKills kills;
  final CallEffects effects;
  final TimeLeft timeLeft;
  final TransferRequest request;
  final PartialTransfer partial;
  final Waiting waiting;
  final Redirection redirection;
  final DraftedInput drafted;
  final StubSending sending;
  final Interruption interruption;

  PrimaryCalls(PrimaryThread primary) {
    this.primary = primary;
    this.member = primary.member;
    this.call = primary.call;
    this.recorder = primary.recorder;
    this.obstacles = new CallObstacles(primary, this);
    this.effects = new CallEffects(member);
    this.birth = new ThreadBirth(member, call);
    this.childBirth = new ChildBirth(primary);
    this.childWaits = new ChildWaits(primary, this);
    this.kills = new MemberKills(primary);
    this.timeLeft = new TimeLeft(member);
    MessageVectors vectors = new MessageVectors(member);
    this.request = new TransferRequest(member, vectors);
    this.partial = new PartialTransfer(vectors, request);
    this.waiting = new Waiting(member);
    this.redirection = new Redirection(primary);
    this.drafted = new DraftedInput(primary);
    this.sending = new StubSending(primary);
    this.interruption = new Interruption(primary, this);
  }

  /** Answers the call without executing it. */
  private Role answer(long result) throws TraceeDiedException {
    recorder.publishPlain(call, 0, result);
    return returnToService(null, result);
  }

  /** Answers the call if the kernel is not to be asked; else null. */
  Role answerUnasked() throws TraceeDiedException {
    if (call.resolution.syscallClass() == SyscallClass.DENY) {
      return answer(-call.resolution.deniedErrno());
    }
    if (effects.affinities.isAnswered(call)) {
      return answer(
          effects.finish(call, effects.affinities.answer(call), 0)); // it stays on its core
    }
    return childWaits.answer();
  }

  /** Begins to execute the call at whose site the service is. */
  Role execute() throws TraceeDiedException {
    if (sending.sends()) {
      return primary.role;
    }
    switch (call.resolution.role()) {
      case EXIT_THREAD:
        if (member.threads().areSeveral()) {
          recorder.publishPlain(call, 0, 0);
          new RobustList(member).giveToKernel();
          ask();
          return primary.role;
        }
        if (!member.ids.isRoot()) {
          return exitProcess();
        }
        primary.role.end();
        recorder.setRecording(false);
        primary.group.dropReplica(null);
        break;
      case EXIT_PROCESS:
        if (!member.ids.isRoot()) {
          return exitProcess();
        }
        primary.role.end();
        recorder.setRecording(false);
        primary.group.dropReplica(null);
        break;
      case EXEC:
        recorder.setRecording(false);
        primary.group.dropReplica(null);
        break;
      case SIGNAL_RETURN:
        returnFromHandler();
        return primary.role;
      default:
        break;
    }
    if (call.resolution.role() == SyscallRole.THREAD_BIRTH) {
      long room = birth.prepare(0);
      if (room < 0 && room > -LARGEST_ERRNO) {
        return answer(-Errno.EAGAIN); // as the kernel says when it has no memory for a thread
      }
      call.detail = room;
    }
    effects.prepare(call);
    if (call.resolution.role() == SyscallRole.BIRTH) {
      childBirth.prepare();
    }
    kills.prepare(call);
    call.waitsForAll = TransferFlags.asksForAll(call) && waiting.isStream(call);
    if (call.resumed) {
      timeLeft.cut(call);
    }
    redirection.begin();
    request.askForRest(call);
    recorder.enter(call.row, call.arguments);
    if (recorder.isRecording() && call.resolution.role() != SyscallRole.THREAD_BIRTH) {
      call.detail = detail();
    }
    FaultPoint.BEFORE_CALL.reached(recorder, member, call.row);
    if (call.transferred > 0) {
      waiting.clearTrace(call);
    }
    if (call.transferred > 0 && !waiting.goesOn(call)) {
      return returnToService(null, record(EventKind.SYSCALL, 0, -Errno.EINTR));
    }
    if (call.resumed && interruption.isTimed()) {
      return interruption.goOnInTime();
    }
    ask();
    return primary.role;
  }

  /** A further process ends: the log tells so, then the kernel is asked. */
  private Role exitProcess() throws TraceeDiedException {
    ProcessThreads process = member.threads();
    primary.role.processes.ends(
        primary, process, ProcessEnd.exited(process, (int) call.arguments[0]));
    new RobustList(member).giveToKernel();
    ask();
    return primary.role;
  }

  private void returnFromHandler() throws TraceeDiedException {
    long mask = effects.leaveHandler(call);
    new OwnSignals(member).queueReleased();
    boolean another = primary.signals.expectAfterReturn(mask, effects.addressBehindHandler(call));
    recorder.publishPlain(call, another ? EventRecorder.FLAG_SIGNAL_FOLLOWS : 0, 0);
    primary.fairness.noteReturn();
    ask();
    call.executing = false;
  }

  /** What the call's event is to say of it besides its result. */
  long detail() {
    return call.resolution.role() == SyscallRole.ALARM
        ? call.began
        : primary.group.shadowDetail(call.row.number(), call.arguments);
  }

  /** Has the kernel asked what is to be asked of it, and lets the thread run. */
  void ask() throws TraceeDiedException {
    enterStub();
    member.tracee.resume(0);
  }

  /** Sets the registers with which the stub makes the call. */
  void enterStub() throws TraceeDiedException {
    boolean bearsMember = call.resolution.role() == SyscallRole.BIRTH && childBirth.flags() != 0;
    if (call.resolution.mayBlock() && primary.role.areSeveral() && !bearsMember) {
      call.amongSeveral = true;
      redirection.giveUp(); // others record meanwhile
      primary.role.turn.release(primary);
    }
    asked.copyFrom(call.atSite);
    asked
        .arguments(call.asked)
        .rax(call.askedNumber(SyscallNumber.RESTART_SYSCALL))
        .originalRax(-1);
    asked.rip(member.model().stub.execute());
    member.lifeline.beforeCall();
    member.tracee.writeRegisters(asked);
    call.answered = false;
    call.executing = true;
  }

  /**
   * The call has returned: records it and gives the result to the service.
   *
   * @param interrupted whether an interruption of ours may have cut it short
   */
  Role completed(long kernelResult, boolean interrupted) throws TraceeDiedException {
    if (call.waiting) {
      return call.resolution.role() == SyscallRole.CHILD_WAIT
          ? childWaits.park()
          : interruption.waited(kernelResult);
    }
    if (call.isRefusedElsewhere(kernelResult)) {
      redirection.giveUp();
      ask();
      return primary.role;
    }
    FaultPoint.BEFORE_RECORD.reached(recorder, member, call.row);
    call.answered(kernelResult);
    if (call.timed && kernelResult == -Errno.EAGAIN) {
      return interruption.triedInVain();
    }
    if (interruption.isForAnother(kernelResult)) {
      return primary.goOnInCall();
    }
    Role otherwise = childWaits.afterKernel(kernelResult);
    if (otherwise != null) {
      return otherwise;
    }
    if (interruption.goesOn(kernelResult, interrupted)) {
      ask();
      if (primary.isAwaited()) {
        member.tracee.interrupt(); // once more, for what it was interrupted for: the rest may wait
      }
      return primary.role;
    }
    if (kernelResult == 0 && effects.releasesHidden(call)) {
      return primary.signals.deliverReleased();
    }
    if (call.resolution.role() == SyscallRole.THREAD_BIRTH && kernelResult > 0) {
      bear((int) kernelResult);
    }
    FaultPoint.WHILE_RECORDING.reached(recorder, member, call.row);
    long result = record(EventKind.SYSCALL, 0, kernelResult);
    kills.made(result);
    FaultPoint.AFTER_RECORD.reached(recorder, member, call.row);
    return returnToService(member.now, result);
  }

  /** A thread has been born: it stands until it gets the turn, which its parent has now. */
  private void bear(int tid) throws TraceeDiedException {
    primary.role.turn.take(primary);
    MemberThread newborn = birth.born(tid, member.ids.free(tid), primary.role.tracees());
    Registers start = birth.start(newborn);
    primary.role.add(newborn).standing.born(start);
  }

  /** Records the returned call; the service's result is returned. */
  long record(EventKind kind, int flags, long kernelResult) throws TraceeDiedException {
    request.finish(call, kernelResult);
    timeLeft.writeBack(call, kernelResult);
    if (call.resolution.role() == SyscallRole.BIRTH && kernelResult > 0) {
      childBirth.completed();
      flags |= childBirth.flags();
    }
    long result = partial.resultOf(call, kernelResult);
    boolean redirected = call.redirectedFrom != 0 && result > 0;
    effects.identities.show(call, result, redirected ? received(result) : null);
    result =
        call.resolution.role() == SyscallRole.THREAD_BIRTH && result > 0
            ? member.ids.virtual((int) result)
            : effects.identities.given(call, result);
    result = effects.finish(call, result, call.began);
    observe(result);
    primary.role.segments.show(member, call, result);
    if (call.redirectedFrom != 0) {
      return redirection.record(kind, flags, result);
    }
    if (call.draft != null) {
      drafted.record(kind, flags, result, result);
      return result;
    }
    if (call.resolution.syscallClass() == SyscallClass.FORWARD) {
      recorder.publishOutputs(kind, call, flags, result);
    } else {
      recorder.publishPlain(call, flags, result);
    }
    primary.role.segments.recorded(call);
    return result;
  }

  private ByteBuffer received(long result) {
    return recorder.received(OutputRegions.rawLength(call.row, call.arguments, result));
  }

  /** The shadow looks at a connection while no thread of the service can reach its socket. */
  private void observe(long result) {
    if (recorder.isRecording()
        && call.row == CONNECT
        && (result == 0 || result == -Errno.EINPROGRESS)) {
      primary.group.established(member.processId(), member.threads().id(), (int) call.arguments[0]);
    }
  }

  /** Gives a recorded result to the service and lets it run. */
  Role returnToService(Registers current, long result) throws TraceeDiedException {
    call.executing = false;
    TimeStampUse.afterCall(member, call, result);
    setReturned(current, result);
    if (call.resolution.syscallClass() == SyscallClass.RENDEZVOUS) {
      recorder.awaitReplica();
    }
    if (call.resolution.role() == SyscallRole.EXEC) {
      primary.role.requestSeeding();
    }
    member.tracee.resume(0);
    return primary.role;
  }

  /** Puts the call's result into the thread's registers; it is not executing any more. */
  void setReturned(Registers current, long result) throws TraceeDiedException {
    member.afterCall(call.atSite, current, result);
    call.executing = false;
    member.tracee.writeRegisters(call.atSite);
    member.lifeline.afterCall();
  }

  /** Publishes how far a transfer has come that the primary does not live to end. */
  void publishPart(long position) {
    long written = PartialTransfer.resultAt(call, position);
    if (call.draft != null) {
      drafted.record(EventKind.PARTIAL, 0, position, written);
    } else if (call.redirectedFrom == 0) {
      timeLeft.writeBack(call, written);
      effects.identities.show(call, written, null);
      recorder.publishOutputs(EventKind.PARTIAL, call, 0, position, written);
    } else if (recorder.isRecording()) {
      recorder.publishReceived(EventKind.PARTIAL, call, 0, position, (int) position);
    }
  }

  /** The new program is in place, at its first instruction once execve has returned. */
  Role onExec() throws TraceeDiedException {
    call.executing = false;
    Role next = new ProgramStart(member, primary.group).protect(primary.role);
    primary.role.segments.release();
    return next;
  }
}
