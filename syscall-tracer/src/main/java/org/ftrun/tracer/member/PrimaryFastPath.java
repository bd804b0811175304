package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.eventlog.EventLogWriter.Unpublished;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
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
  private final PrimaryRole primary;
  private final PrimaryCalls calls;
  private final Member member;
  private final CallInFlight call;
  private final Registers service = new Registers();

  PrimaryFastPath(PrimaryRole primary, PrimaryCalls calls) {
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
    return PrimaryCalls.isRestart(result) || result == -Errno.EINTR;
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
    if (returned && !SyscallTable.row(service.rax()).transfersOutput()) {
      return false;
    }
    take();
    showReturned(result);
    return true;
  }

  private void take() throws TraceeDiedException {
    Unpublished left = unpublished();
    if (left == Unpublished.INTENT || left == Unpublished.RESULT) {
      // Made before the call; the memory that it covers may be gone by now.
      call.begin(service, primary.recorder.writer().unpublishedDigest());
    } else {
      call.begin(service);
    }
    if (member.fastPath.began() != 0) {
      call.began = member.fastPath.began();
    }
    call.executing = true;
    primary.recorder.enter(call.row, call.arguments);
    if (primary.recorder.isRecording()) {
      call.detail = calls.detail();
    }
    calls.redirectAgain(member.fastPath.redirected());
  }

  /**
   * The process has died, or is about to. A complete event is published; a call that has returned,
   * or was interrupted, becomes one of the slow path, to be settled as those are.
   */
  void settle() throws TraceeDiedException {
    if (!isInside(member.now.rip())) {
      return;
    }
    boolean behind = member.model().stub.isBehindFastCall(member.now.rip());
    Unpublished left = unpublished();
    if (!behind && left == Unpublished.COMPLETE) {
      primary.recorder.publishCompleted();
    } else if ((behind || left == Unpublished.RESULT) && member.fastPath.readArea()) {
      long result = behind ? member.now.rax() : primary.recorder.unpublishedResult();
      member.fastPath.serviceRegisters(member.now, service);
      take();
      showReturned(result);
    }
  }

  private Unpublished unpublished() {
    return primary.recorder.isRecording() ? primary.recorder.unpublished() : Unpublished.NONE;
  }

  /**
   * As {@link #settle}, of a process that is gone with its registers and its memory: the next slot
   * tells what its call was to be, and the second opinion what came of it.
   */
  void settleAfterwards() {
    EventLogWriter writer = primary.recorder.writer();
    Unpublished left = writer.unpublished();
    if (left == Unpublished.COMPLETE) {
      writer.publishCompleted();
    } else if (left != Unpublished.NONE && !needsMemory(writer)) {
      long result = left == Unpublished.RESULT ? writer.unpublishedResult() : moved(writer);
      if (left == Unpublished.RESULT && !isInterruption(result) || result > 0) {
        writer.publishUnpublished(result, payloadLength(writer, result));
      }
    }
  }

  private static boolean isRaw(EventLogWriter writer) {
    return (writer.unpublishedFlags() & EventRecorder.FLAG_RAW) != 0;
  }

  /** Whether what the call brought stood in the process's memory. */
  private static boolean needsMemory(EventLogWriter writer) {
    SyscallRow row = SyscallTable.row(writer.unpublishedSyscall());
    return !isRaw(writer) && row.arguments().stream().anyMatch(ArgumentRule::isOutput);
  }

  private long moved(EventLogWriter writer) {
    SyscallRow row = SyscallTable.row(writer.unpublishedSyscall());
    if (row.descriptorArgument() != 0) {
      return 0;
    }
    // The arguments went with the process. What matters of them is the descriptor.
    long[] arguments = new long[6];
    arguments[0] = writer.unpublishedDescriptor();
    arguments[2] = isRaw(writer) ? writer.unpublishedRoom() : Integer.MAX_VALUE;
    long moved = primary.group.secondOpinion().moved(row.number(), arguments);
    LOG.info(
        "process {} died without an exit event in {} on the fast path: {}",
        member.pid(),
        row,
        moved == SecondOpinion.UNKNOWN
            ? "it counts as not made"
            : moved + " bytes, say the counters");
    return isRaw(writer) && moved > writer.unpublishedRoom() ? 0 : moved;
  }

  private static int payloadLength(EventLogWriter writer, long result) {
    if (!isRaw(writer) || result <= 0) {
      return 0;
    }
    SyscallRow row = SyscallTable.row(writer.unpublishedSyscall());
    int unit =
        row.arguments().stream()
            .filter(rule -> rule.isOutput() && rule.size().kind() == SizeRule.Kind.RESULT)
            .mapToInt(rule -> rule.size().unit())
            .findFirst()
            .orElse(1);
    return (int) Math.min(result * unit, writer.unpublishedRoom());
  }

  private void showReturned(long result) {
    member.now.rip(member.model().stub.at(StubLayout.EXECUTED)).rax(result);
  }
}
