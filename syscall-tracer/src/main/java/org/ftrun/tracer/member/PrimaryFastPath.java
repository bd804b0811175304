package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.eventlog.UnpublishedEvent;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A primary that is stopped, or has died, inside the fast path. What its call has come to is told
 * by the instruction pointer, the area and the next slot of the event log; if need be the call goes
 * on as one of the slow path, as if it had been that from the start.
 */
final class PrimaryFastPath {
  private static final Logger LOG = LoggerFactory.getLogger(PrimaryFastPath.class);
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final MemberThread member;
  private final CallInFlight call;
  private final Registers service = new Registers();

  PrimaryFastPath(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
  }

  /** Whether a thread that executes nothing for us is inside the fast path. */
  boolean isInside(long rip) {
    return member.fastPath.isInside(rip);
  }

  /**
   * The thread has stopped inside for something that must wait for a call boundary. Either its call
   * was interrupted, or may have been cut short: then it is the tracer's from here on. Or it will
   * stop by itself when this call, or the next one, begins.
   *
   * @return whether the call is the tracer's now, being executed, the registers in member.now
   */
  boolean stoppedInside() throws TraceeDiedException {
    if (member.model().stub.isBehindFastCall(member.now.rip())) {
      boolean returned = !isInterruption(member.now.rax());
      if (adopt(returned)) {
        return true;
      }
    }
    member.fastPath.sendToBoundary(member.now);
    return false;
  }

  private static boolean isInterruption(long result) {
    return Interruption.isRestart(result) || result == -Errno.EINTR;
  }

  /**
   * Makes the fast call one of the slow path: its registers become those that the slow path's call
   * would have.
   *
   * @param returned whether it has returned; then only a transfer is worth it, for it may be cut
   *     short, and SIGPIPE belongs behind it
   */
  private boolean adopt(boolean returned) throws TraceeDiedException {
    if (!member.fastPath.readArea()) {
      throw TraceeDiedException.INSTANCE;
    }
    member.fastPath.serviceRegisters(member.now, service);
    long result = member.now.rax();
    SyscallRow row = SyscallTable.row(service.rax());
    boolean received = result > 0 && (FileReads.mayBe(row) || row == RECVMMSG);
    if (returned && !PartialTransfer.sends(row) && !received) {
      return false;
    }
    take();
    if (returned) {
      if (isDrafted()) {
        boolean taken = calls.drafted.adopt(result);
        call.draft = null; // the service has it, as if the kernel had written there
        result = taken ? result : -Errno.EFAULT;
      }
      call.answered(result); // the thread's registers do not show it yet, should it die now
    }
    showReturned(result);
    return true;
  }

  private void take() throws TraceeDiedException {
    UnpublishedEvent left = primary.recorder.unpublished();
    UnpublishedEvent.State state = stateOf(left);
    if (state == UnpublishedEvent.State.INTENT || state == UnpublishedEvent.State.RESULT) {
      // Made before the call; the memory that it covers may be gone by now.
      call.begin(service, left.digest());
    } else {
      call.begin(service);
    }
    if (member.fastPath.began() != 0) {
      call.began(member.fastPath.began());
    }
    call.executing = true;
    member.fastPath.leaveStub();
    primary.recorder.enter(call.row, call.arguments);
    if (primary.recorder.isRecording()) {
      call.detail = calls.detail();
    }
    calls.redirection.adopt(member.fastPath.redirected());
  }

  private boolean isDrafted() {
    return member.fastPath.redirected() == StubArea.DRAFTED;
  }

  /**
   * The process has died, or is about to. A complete event is published; a call that has returned,
   * or was interrupted, becomes one of the slow path, to be settled as those are. Without an intent
   * the call has been adopted and recorded already: the thread died before its registers were told.
   */
  void settle() throws TraceeDiedException {
    if (!primary.recorder.isRecording() || !isInside(member.now.rip())) {
      return;
    }
    boolean behind = member.model().stub.isBehindFastCall(member.now.rip());
    UnpublishedEvent left = primary.recorder.unpublished();
    UnpublishedEvent.State state = left.state();
    boolean called =
        state == UnpublishedEvent.State.RESULT || behind && state == UnpublishedEvent.State.INTENT;
    if (state == UnpublishedEvent.State.COMPLETE) {
      left.publish();
    } else if (called) {
      long result = behind ? member.now.rax() : left.result();
      if (!member.fastPath.readArea()) {
        // Its memory has been taken from it already, for want of memory: the log is left.
        completeInSlot(left, result, true);
        return;
      }
      member.fastPath.serviceRegisters(member.now, service);
      take();
      if (isDrafted() && !isInterruption(result)) {
        calls.drafted.adopt(result); // the dying may not take it; the event is made of the draft
      }
      showReturned(result);
    }
  }

  private UnpublishedEvent.State stateOf(UnpublishedEvent left) {
    return primary.recorder.isRecording() ? left.state() : UnpublishedEvent.State.NONE;
  }

  /**
   * As {@link #settle}, of a process that is gone with its registers and its memory: the next slot
   * tells what its call was to be, and the second opinion what came of it.
   */
  void settleAfterwards() {
    UnpublishedEvent left = primary.recorder.unpublished();
    UnpublishedEvent.State state = left.state();
    if (state == UnpublishedEvent.State.COMPLETE) {
      left.publish();
    } else if (state != UnpublishedEvent.State.NONE) {
      boolean hasResult = state == UnpublishedEvent.State.RESULT;
      completeInSlot(left, hasResult ? left.result() : moved(left), hasResult);
    }
  }

  /**
   * Completes the event with what the log has of it.
   *
   * @param hasResult whether the call has returned; else only what it has moved counts
   */
  private void completeInSlot(UnpublishedEvent left, long result, boolean hasResult) {
    long given = calls.effects.identities.given(SyscallTable.row(left.syscall()), result);
    boolean redirected = isRaw(left) || DraftedInput.isIn(left);
    boolean made = hasResult ? !isInterruption(given) : given > 0;
    if (!made
        || Settlement.mayBeOfDying(given)
        || redirected && given == -Errno.EINVAL) { // as CallInFlight.isRefusedElsewhere
      return;
    }
    if (needsMemory(left, given)) {
      LOG.warn("what {} received is lost", SyscallTable.row(left.syscall()));
      return;
    }
    int length =
        DraftedInput.isIn(left) ? calls.drafted.of(left).make(given) : payloadLength(left, given);
    left.complete(left.flags() & ~EventRecorder.FLAG_DRAFT, given, length);
  }

  private static boolean isRaw(UnpublishedEvent left) {
    return (left.flags() & EventRecorder.FLAG_RAW) != 0;
  }

  /** Whether what the call brought stood in the process's memory. */
  private static boolean needsMemory(UnpublishedEvent left, long result) {
    if (isRaw(left) || DraftedInput.isIn(left)) {
      return false;
    }
    List<ArgumentRule> rules = SyscallTable.row(left.syscall()).arguments();
    long[] arguments = left.arguments();
    for (int i = 0; i < rules.size(); i++) {
      ArgumentRule rule = rules.get(i);
      if (rule.isOutput() && arguments[i] != 0 && rule.written().holdsFor(result)) {
        return true;
      }
    }
    return false;
  }

  /** What a call has moved of which neither registers nor a result are there. */
  private long moved(UnpublishedEvent left) {
    SyscallRow row = SyscallTable.row(left.syscall());
    boolean counts = row == RECVMMSG && DraftedInput.isIn(left);
    long moved = counts ? calls.drafted.of(left).messages() : movedByCounters(left, row);
    LOG.info(
        "process {} died without an exit event in {} on the fast path: {}",
        member.pid(),
        row,
        moved == SecondOpinion.UNKNOWN
            ? "it counts as not made"
            : moved + (counts ? " messages, says the kernel" : " bytes, say the counters"));
    return moved;
  }

  private long movedByCounters(UnpublishedEvent left, SyscallRow row) {
    if (row.descriptorArgument() != 0) {
      return SecondOpinion.UNKNOWN;
    }
    long[] arguments = left.arguments();
    long moved =
        primary.group.secondOpinion().moved(member.threads().id(), row.number(), arguments);
    return moved > mostMoved(left, row, arguments) ? SecondOpinion.UNKNOWN : moved;
  }

  private long mostMoved(UnpublishedEvent left, SyscallRow row, long[] arguments) {
    if (DraftedInput.isIn(left)) {
      return calls.drafted.of(left).mostData();
    }
    boolean flat = TransferShape.of(row) == TransferShape.BUFFER;
    return flat ? arguments[2] : Long.MAX_VALUE;
  }

  private static int payloadLength(UnpublishedEvent left, long result) {
    if (!isRaw(left) || result <= 0) {
      return 0;
    }
    SyscallRow row = SyscallTable.row(left.syscall());
    int unit =
        row.arguments().stream()
            .filter(rule -> rule.isOutput() && rule.size().kind() == SizeRule.Kind.RESULT)
            .mapToInt(rule -> rule.size().unit())
            .findFirst()
            .orElse(1);
    return (int) Math.min(result * unit, left.room());
  }

  private void showReturned(long result) {
    member.now.rip(member.model().stub.at(StubLayout.EXECUTED)).rax(result);
  }
}
