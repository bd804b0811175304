package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** Executes the primary's calls through the stub and records what they brought. */
final class PrimaryCalls {
  private static final int SYS_RESTART = 219;

  /** -ERESTARTSYS, -ERESTARTNOINTR, -ERESTARTNOHAND, -ERESTART_RESTARTBLOCK (linux/errno.h). */
  static final int ERESTARTSYS = 512;

  static final int ERESTARTNOINTR = 513;
  static final int ERESTARTNOHAND = 514;
  static final int ERESTART_RESTARTBLOCK = 516;

  private static final SyscallRow ACCEPT = SyscallTable.named("accept");
  private static final SyscallRow ACCEPT4 = SyscallTable.named("accept4");
  private static final SyscallRow CONNECT = SyscallTable.named("connect");

  private final PrimaryRole primary;
  private final Member member;
  private final CallInFlight call;
  private final EventRecorder recorder;
  private final CallEffects effects;
  private final TimeLeft timeLeft;
  private final SocketTimeout socketTimeout;
  private final PartialTransfer partial;
  private final Waiting waiting;
  private final Registers asked = new Registers();
  private long interruption;

  /** Whether the primary is dying: its memory may be gone, what it received is in the log. */
  private boolean dying;

  PrimaryCalls(PrimaryRole primary) {
    this.primary = primary;
    this.member = primary.member;
    this.call = primary.call;
    this.recorder = primary.recorder;
    this.effects = new CallEffects(member);
    this.timeLeft = new TimeLeft(member);
    this.socketTimeout = new SocketTimeout(member);
    this.partial = new PartialTransfer(member);
    this.waiting = new Waiting(member);
  }

  /** Answers the call without executing it. */
  Role answer(long result) throws TraceeDiedException {
    recorder.publishPlain(call, 0, result);
    return returnToService(null, result);
  }

  /** Begins to execute the call at whose site the service is. */
  Role execute() throws TraceeDiedException {
    switch (call.resolution.role()) {
      case EXIT_PROCESS:
      case EXIT_THREAD:
      case EXEC:
        recorder.setRecording(false);
        primary.group.dropReplica(null);
        break;
      case SIGNAL_RETURN:
        returnFromHandler();
        return primary;
      default:
        break;
    }
    effects.prepare(call);
    call.waitsForAll = PartialTransfer.asksForAll(call) && waiting.isStream(call);
    if (call.resumed) {
      timeLeft.cut(call);
    }
    redirect();
    partial.askForRest(call);
    recorder.enter(call.row, call.arguments);
    if (recorder.isRecording()) {
      call.detail = detail();
    }
    FaultPoint.BEFORE_CALL.reached(recorder, member, call.row);
    if (call.transferred > 0 && !waiting.goesOn(call)) {
      return returnToService(null, record(EventKind.SYSCALL, 0, -Errno.EINTR));
    }
    if (call.resumed && isTimed()) {
      return goOnInTime();
    }
    ask();
    return primary;
  }

  private void returnFromHandler() throws TraceeDiedException {
    long mask = effects.leaveHandler(call);
    new OwnSignals(member).queueReleased();
    boolean another = primary.expectSignal(mask, effects.addressBehindHandler(call));
    recorder.publishPlain(call, another ? EventRecorder.FLAG_SIGNAL_FOLLOWS : 0, 0);
    ask();
    call.executing = false;
  }

  long detail() {
    return call.resolution.role() == SyscallRole.ALARM
        ? call.began
        : primary.group.shadowDetail(call.row.number(), call.arguments);
  }

  /** Lets the kernel write a plain input into the payload ring, out of a dying process's memory. */
  private void redirect() throws TraceeDiedException {
    if (!recorder.isRecording()
        || call.transferred > 0
        || !call.row.consumesInput()
        || !OutputRegions.isRaw(call.row, call.arguments)) {
      return;
    }
    int index = rawArgument();
    SizeRule size = call.row.arguments().get(index).size();
    long wanted = call.arguments[size.argument()] * size.unit();
    if (wanted <= 0
        || wanted > recorder.largestPiece()
        || !isDeliverable(call.arguments[index], wanted)) {
      return;
    }
    long offset = recorder.reserveInput((int) wanted);
    if (offset >= 0) {
      call.redirectedFrom = call.arguments[index];
      call.redirectedBytes = (int) wanted;
      call.redirectedTo = member.model().log.value() + offset;
      call.asked[index] = call.redirectedTo;
    }
  }

  /** What the kernel could not deliver must stay where it is. Only the buffer's ends are tried. */
  private boolean isDeliverable(long address, long bytes) {
    TraceeMemory memory = member.tracee.memory();
    return memory.isWritable(new TraceeAddress(address))
        && memory.isWritable(new TraceeAddress(address + bytes - 1));
  }

  /**
   * The fast path has let the kernel write an input into the payload ring, where the next
   * reservation of that size is.
   *
   * @param bytes as many as were reserved, or -1
   */
  void redirectAgain(long bytes) {
    if (bytes >= 0 && recorder.isRecording()) {
      int index = rawArgument();
      long offset = recorder.reserveInput((int) bytes);
      if (offset >= 0) {
        call.redirectedFrom = call.arguments[index];
        call.redirectedBytes = (int) bytes;
        call.redirectedTo = member.model().log.value() + offset;
        call.asked[index] = call.redirectedTo;
      }
    }
  }

  private int rawArgument() {
    for (int i = 0; i < call.row.arguments().size(); i++) {
      ArgumentRule rule = call.row.arguments().get(i);
      if (rule.isOutput() && rule.size().kind() == SizeRule.Kind.RESULT && call.arguments[i] != 0) {
        return i;
      }
    }
    throw new IllegalStateException(call.row + " has no buffer that its result measures");
  }

  private void ask() throws TraceeDiedException {
    asked.copyFrom(call.atSite);
    asked.arguments(call.asked).rax(call.askedNumber(SYS_RESTART)).originalRax(-1);
    asked.rip(member.model().stub.execute());
    member.lifeline.beforeCall();
    member.tracee.writeRegisters(asked);
    call.answered = false;
    call.executing = true;
    member.tracee.resume(0);
  }

  /** As {@link #hasReturned}, of a call whose process dies. */
  boolean hasReturnedAtLast(Registers stopped) {
    return call.answered ? call.answer != -Errno.EINTR : hasReturned(stopped);
  }

  /** Whether a stopped call has a result, as opposed to being interrupted or not begun. */
  boolean hasReturned(Registers stopped) {
    if (call.waiting) {
      return false;
    }
    boolean trapped = member.model().stub.isTrapped(stopped.rip());
    if (!trapped && !member.model().stub.isBehindCall(stopped.rip())) {
      return false;
    }
    long result = stopped.rax();
    if (call.timed && result == -Errno.EAGAIN) {
      return false;
    }
    return trapped || !isRestart(result) && result != -Errno.EINTR;
  }

  static boolean isRestart(long result) {
    return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
  }

  /** Remembers how the call was interrupted, for {@link #enterAgain}. */
  void noteInterruption(Registers stopped) {
    call.answered(-Errno.EINTR);
    if (call.timed) {
      primary.noteTrap();
      interruption = -Errno.EINTR; // as the kernel ends calls with such a time-out
    } else {
      interruption = member.model().stub.isBehindCall(stopped.rip()) ? stopped.rax() : 0;
    }
  }

  /** How the call was interrupted: 0 not begun, -ERESTART... or -EINTR. */
  long interruption() {
    return interruption;
  }

  /** Enters an interrupted call again, as if nothing had been. */
  Role enterAgain() throws TraceeDiedException {
    if (interruption == -Errno.EINTR && isTimed()) {
      return goOnInTime();
    }
    prepareToEnterAgain();
    member.tracee.resume(0);
    return primary;
  }

  /** Whether a time-out of the call's socket is to be kept from here on. */
  private boolean isTimed() throws TraceeDiedException {
    boolean applies = socketTimeout.applies(call);
    call.timed = applies && SocketTimeout.canBeTimed(call);
    return applies && (call.timed || socketTimeout.isOver(call));
  }

  /** Goes on with a call of which only some time is left: tries it, or waits where it cannot be. */
  private Role goOnInTime() throws TraceeDiedException {
    if (socketTimeout.isOver(call)) {
      return timedOut();
    }
    call.askAnew();
    if (call.redirectedFrom != 0) {
      reserveAgain();
    }
    if (SocketTimeout.isMadeWhenReady(call)) {
      socketTimeout.askToWait(call);
    } else {
      partial.askForRest(call);
      partial.askWithoutWaiting(call);
    }
    ask();
    return primary;
  }

  private Role timedOut() throws TraceeDiedException {
    long result = call.row == CONNECT ? -Errno.EINPROGRESS : -Errno.EAGAIN;
    return returnToService(null, record(EventKind.SYSCALL, 0, result));
  }

  /** A wait has ended: the call is made now, unless its time is over. */
  private Role waited(long ready) throws TraceeDiedException {
    if (ready == 0) {
      return timedOut();
    }
    call.askAnew();
    if (call.redirectedFrom != 0) {
      reserveAgain();
    }
    partial.askForRest(call);
    if (!SocketTimeout.isMadeWhenReady(call) && !SocketTimeout.isFruitless(call)) {
      partial.askWithoutWaiting(call);
    }
    ask();
    return primary;
  }

  /** Puts an interrupted call back to its site, where a held signal can be delivered. */
  Role backToSite() throws TraceeDiedException {
    if (call.transferred > 0) {
      return returnToService(null, record(EventKind.SYSCALL, 0, -Errno.EINTR));
    }
    call.executing = false;
    member.tracee.writeRegisters(call.atSite);
    member.tracee.resume(0);
    return primary;
  }

  /** Sets the registers to enter the call again. */
  void prepareToEnterAgain() throws TraceeDiedException {
    if (interruption == -ERESTART_RESTARTBLOCK) {
      call.continuing = true;
    } else if (interruption == -Errno.EINTR) {
      timeLeft.cut(call);
    }
    if (call.waiting) {
      socketTimeout.askToWait(call);
    } else if (call.redirectedFrom != 0) {
      reserveAgain();
    }
    asked.copyFrom(call.atSite);
    asked.arguments(call.asked).rax(call.askedNumber(SYS_RESTART)).originalRax(-1);
    asked.rip(member.model().stub.execute());
    member.lifeline.beforeCall();
    member.tracee.writeRegisters(asked);
    call.answered = false;
    call.executing = true;
  }

  /** A boundary action or a signal event may have used the reservation. */
  private void reserveAgain() {
    int index = rawArgument();
    long offset = recorder.isRecording() ? recorder.reserveInput(call.redirectedBytes) : -1;
    long room = member.model().log.value() + offset;
    // What was received so far must stand in front of the rest.
    if (offset >= 0 && (call.transferred == 0 || room == call.redirectedTo)) {
      call.redirectedTo = room;
    } else {
      call.redirectedTo = call.redirectedFrom;
      call.redirectedFrom = 0;
    }
    call.asked[index] = call.redirectedTo + call.transferred;
  }

  /**
   * The call has returned: records it and gives the result to the service.
   *
   * @param interrupted whether an interruption of ours may have cut it short
   */
  Role completed(long kernelResult, boolean interrupted) throws TraceeDiedException {
    if (call.waiting) {
      call.answered(-Errno.EINTR);
      return waited(kernelResult);
    }
    FaultPoint.BEFORE_RECORD.reached(recorder, member, call.row);
    call.answered(kernelResult);
    if (call.timed && kernelResult == -Errno.EAGAIN) {
      if (socketTimeout.isOver(call)) {
        return timedOut();
      }
      call.answered(-Errno.EINTR);
      socketTimeout.askToWait(call);
      ask();
      return primary;
    }
    if (goesOn(kernelResult, interrupted)) {
      ask();
      return primary;
    }
    if (kernelResult == 0 && effects.releasesHidden(call)) {
      return primary.deliverReleased();
    }
    FaultPoint.WHILE_RECORDING.reached(recorder, member, call.row);
    long result = record(EventKind.SYSCALL, 0, kernelResult);
    FaultPoint.AFTER_RECORD.reached(recorder, member, call.row);
    return returnToService(member.now, result);
  }

  /** Records the returned call; the service's result is returned. */
  long record(EventKind kind, int flags, long kernelResult) throws TraceeDiedException {
    partial.finish(call, kernelResult);
    timeLeft.writeBack(call);
    long result = partial.resultOf(call, kernelResult);
    result = effects.finish(call, result, call.began, member.pid());
    observe(result);
    if (call.redirectedFrom != 0) {
      return recordReceived(kind, flags, result);
    }
    if (call.resolution.syscallClass() == SyscallClass.FORWARD) {
      recorder.publishOutputs(kind, call, flags, result);
    } else {
      recorder.publishPlain(call, flags, result);
    }
    return result;
  }

  /** The shadow looks at a connection while no thread of the service can reach its socket. */
  private void observe(long result) {
    if (!recorder.isRecording()) {
      return;
    }
    if ((call.row == ACCEPT || call.row == ACCEPT4) && result >= 0) {
      primary.group.established(member.pid(), (int) result);
    } else if (call.row == CONNECT && (result == 0 || result == -Errno.EINPROGRESS)) {
      primary.group.established(member.pid(), (int) call.arguments[0]);
    }
  }

  private long recordReceived(EventKind kind, int flags, long result) throws TraceeDiedException {
    int length = OutputRegions.rawLength(call.row, call.arguments, result);
    if (length > 0) {
      ByteBuffer bytes = recorder.received(length);
      int copied = member.tracee.memory().write(new TraceeAddress(call.redirectedFrom), bytes);
      if (copied != length && !dying) {
        member.tracee.readRegisters(member.now); // throws if it is dying: then the bytes count
        result = -Errno.EFAULT;
        length = 0;
      }
    }
    if (recorder.isRecording()) {
      recorder.publishReceived(kind, call, flags, result, length);
    }
    return result;
  }

  /** Gives a recorded result to the service and lets it run. */
  Role returnToService(Registers current, long result) throws TraceeDiedException {
    call.executing = false;
    TimeStampUse.afterCall(member, call, result);
    setReturned(current, result);
    if (call.resolution.syscallClass() == SyscallClass.RENDEZVOUS) {
      awaitReplica();
    }
    if (call.resolution.role() == SyscallRole.EXEC) {
      primary.requestSeeding();
    }
    member.tracee.resume(0);
    return primary;
  }

  /** Puts the call's result into the thread's registers; it is not executing any more. */
  void setReturned(Registers current, long result) throws TraceeDiedException {
    member.afterCall(call.atSite, current, result);
    call.executing = false;
    member.tracee.writeRegisters(call.atSite);
  }

  private void awaitReplica() {
    if (!recorder.isRecording()) {
      return;
    }
    String refusal = primary.group.awaitConsumed(recorder.published());
    if (refusal != null) {
      recorder.setRecording(false);
      primary.group.replicaFailed(refusal);
    }
  }

  /**
   * Whether a blocking transfer that was cut short by an interruption of ours has to go on with the
   * rest; then that is what is asked of the kernel.
   */
  private boolean goesOn(long result, boolean interrupted) throws TraceeDiedException {
    if (!interrupted && !call.timed && !call.piece) {
      return false;
    }
    long position = partial.positionAfter(call, result);
    if (position < 0) {
      return false;
    }
    if (!call.timed && !call.piece) {
      if (!waiting.goesOn(call) || isTimed() && socketTimeout.isOver(call)) {
        return false;
      }
    } else if (call.timed && socketTimeout.isOver(call)) {
      return false;
    }
    if (call.redirectedFrom != 0 && !copyReceived(position)) {
      return false;
    }
    partial.advance(call, position);
    call.answered(-Errno.EINTR);
    boolean askedTimed = call.timed;
    call.askAnew();
    partial.askForRest(call);
    if (askedTimed) {
      call.fruitlessTries = 0;
      partial.askWithoutWaiting(call);
    }
    return true;
  }

  /** What a part of a receive brought goes to the service's buffer at once. */
  private boolean copyReceived(long end) {
    ByteBuffer bytes = recorder.received((int) end);
    bytes.position((int) call.transferred);
    TraceeAddress target = new TraceeAddress(call.redirectedFrom + call.transferred);
    return member.tracee.memory().write(target, bytes) == end - call.transferred;
  }

  /** As {@link PartialTransfer#positionAfter}. */
  long positionAfter(long result) {
    return partial.positionAfter(call, result);
  }

  /** Publishes how far a transfer has come that the primary does not live to end. */
  void publishPart(long position) {
    if (call.redirectedFrom == 0) {
      long written = PartialTransfer.resultAt(call, position);
      recorder.publishOutputs(EventKind.PARTIAL, call, 0, position, written);
    } else if (recorder.isRecording()) {
      recorder.publishReceived(EventKind.PARTIAL, call, 0, position, (int) position);
    }
  }

  void setDying() {
    dying = true;
  }

  CallEffects effects() {
    return effects;
  }

  /** The new program is in place, at its first instruction once execve has returned. */
  Role onExec() throws TraceeDiedException {
    call.executing = false;
    return new ProgramStart(member, primary.group).protect(primary);
  }
}
