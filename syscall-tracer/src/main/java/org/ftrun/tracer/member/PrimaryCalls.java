package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** Executes the primary's calls through the stub and records what they brought. */
final class PrimaryCalls {
  private static final int SYS_FCNTL = 72;
  private static final int SYS_RESTART = 219;
  private static final int F_GETFL = 3;
  private static final int O_NONBLOCK = 04000;
  private static final int MSG_DONTWAIT = 0x40;

  /** -ERESTARTSYS, -ERESTARTNOINTR, -ERESTARTNOHAND, -ERESTART_RESTARTBLOCK (linux/errno.h). */
  static final int ERESTARTSYS = 512;

  static final int ERESTARTNOINTR = 513;
  static final int ERESTARTNOHAND = 514;
  static final int ERESTART_RESTARTBLOCK = 516;

  private static final SyscallRow ACCEPT = SyscallTable.named("accept");
  private static final SyscallRow ACCEPT4 = SyscallTable.named("accept4");
  private static final SyscallRow CONNECT = SyscallTable.named("connect");
  private static final SyscallRow SENDTO = SyscallTable.named("sendto");

  private final PrimaryRole primary;
  private final Member member;
  private final CallInFlight call;
  private final EventRecorder recorder;
  private final CallEffects effects;
  private final TimeLeft timeLeft;
  private final SocketTimeout socketTimeout;
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
    if (call.resumed) {
      timeLeft.cut(call);
    }
    redirect();
    recorder.enter(call.row, call.arguments);
    if (recorder.isRecording()) {
      call.detail = detail();
    }
    FaultPoint.BEFORE_CALL.reached(recorder, member, call.row);
    ask();
    return primary;
  }

  private void returnFromHandler() throws TraceeDiedException {
    long mask = effects.leaveHandler(call);
    new OwnSignals(member).queueReleased();
    boolean another = primary.expectSignal(mask);
    recorder.publishPlain(call, another ? EventRecorder.FLAG_SIGNAL_FOLLOWS : 0, 0);
    ask();
    call.executing = false;
  }

  private long detail() {
    return call.resolution.role() == SyscallRole.ALARM
        ? call.began
        : primary.group.shadowDetail(call.row.number(), call.arguments);
  }

  /** Lets the kernel write a plain input into the payload ring, out of a dying process's memory. */
  private void redirect() throws TraceeDiedException {
    if (!recorder.isRecording()
        || !call.row.consumesInput()
        || !OutputRegions.isRaw(call.row, call.arguments)) {
      return;
    }
    int index = rawArgument();
    SizeRule size = call.row.arguments().get(index).size();
    long wanted = call.arguments[size.argument()] * size.unit();
    if (wanted <= 0 || wanted > recorder.largestPiece()) {
      return;
    }
    long offset = recorder.reserveInput((int) wanted);
    if (offset >= 0) {
      call.redirectedFrom = call.arguments[index];
      call.redirectedBytes = (int) wanted;
      call.asked[index] = member.model().log.value() + offset;
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
    member.tracee.writeRegisters(asked);
    call.resultKnown = false;
    call.executing = true;
    member.tracee.resume(0);
  }

  /** Whether a stopped call has a result, as opposed to being interrupted or not begun. */
  boolean hasReturned(Registers stopped) {
    if (member.model().stub.isTrapped(stopped.rip())) {
      return true;
    }
    if (!member.model().stub.isBehindCall(stopped.rip())) {
      return false;
    }
    long result = stopped.rax();
    return !isRestart(result) && result != -Errno.EINTR;
  }

  static boolean isRestart(long result) {
    return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
  }

  /** Remembers how the call was interrupted, for {@link #enterAgain}. */
  void noteInterruption(Registers stopped) {
    interruption = member.model().stub.isBehindCall(stopped.rip()) ? stopped.rax() : 0;
    call.known(-ERESTARTSYS);
  }

  /** How the call was interrupted: 0 not begun, -ERESTART... or -EINTR. */
  long interruption() {
    return interruption;
  }

  /** Enters an interrupted call again, as if nothing had been. */
  Role enterAgain() throws TraceeDiedException {
    if (interruption == -Errno.EINTR && socketTimeout.isOver(call)) {
      long result = call.row == CONNECT ? -Errno.EINPROGRESS : -Errno.EAGAIN;
      return returnToService(null, record(EventKind.SYSCALL, 0, result));
    }
    prepareToEnterAgain();
    member.tracee.resume(0);
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
    if (call.redirectedFrom != 0) {
      reserveAgain();
    }
    asked.copyFrom(call.atSite);
    asked.arguments(call.asked).rax(call.askedNumber(SYS_RESTART)).originalRax(-1);
    asked.rip(member.model().stub.execute());
    member.tracee.writeRegisters(asked);
    call.resultKnown = false;
    call.executing = true;
  }

  /** A boundary action or a signal event may have used the reservation. */
  private void reserveAgain() {
    int index = rawArgument();
    call.asked[index] = call.redirectedFrom;
    long offset = recorder.isRecording() ? recorder.reserveInput(call.redirectedBytes) : -1;
    if (offset >= 0) {
      call.asked[index] = member.model().log.value() + offset;
    } else {
      call.redirectedFrom = 0;
    }
  }

  /**
   * The call has returned: records it and gives the result to the service.
   *
   * @param interrupted whether an interruption of ours may have cut it short
   */
  Role completed(long kernelResult, boolean interrupted) throws TraceeDiedException {
    FaultPoint.BEFORE_RECORD.reached(recorder, member, call.row);
    call.known(kernelResult);
    if (interrupted && goesOn(kernelResult)) {
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
    long part = call.transferred;
    long result = kernelResult < 0 && part > 0 ? part : kernelResult + part;
    result = effects.finish(call, result, call.began);
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
    Member.afterCall(call.atSite, current, result);
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
   * rest; then it is entered again.
   */
  private boolean goesOn(long result) throws TraceeDiedException {
    if (!isCutShort(result) || !blocks() || socketTimeout.isOver(call)) {
      return false;
    }
    call.transferred += result;
    call.skip(result);
    call.known(-ERESTARTSYS); // of the part that follows
    ask();
    return true;
  }

  /** Whether the call is a transfer from one buffer of which only a part was done. */
  boolean isCutShort(long result) {
    return result > 0 && call.row.transfersOutput() && isFlatTransfer() && result < call.asked[2];
  }

  /** Whether it moves bytes to or from one buffer, of which it says the length. */
  boolean isFlatTransfer() {
    return call.row.arguments().size() >= 3
        && call.row.arguments().get(1).size().kind() == SizeRule.Kind.ARGUMENT
        && call.row.arguments().get(1).size().argument() == 2;
  }

  private boolean blocks() throws TraceeDiedException {
    if (asksNotToWait()) {
      return false;
    }
    long flags = member.inject(SYS_FCNTL, call.arguments[0], F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK) == 0;
  }

  /** Whether the call itself says that it is not to wait, whatever its descriptor says. */
  boolean asksNotToWait() {
    return call.row == SENDTO && (call.arguments[3] & MSG_DONTWAIT) != 0;
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
