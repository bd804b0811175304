package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what the call did in which a primary died, and publishes it: from the registers where the
 * process stood at its exit event, else from what the tracer had seen of the call, else by the
 * second opinion. A call of which nothing is known counts as not made; the successor makes it.
 */
final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final int NONBLOCK = 04000;

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final CallInFlight call;

  Settlement(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.call = primary.call;
  }

  /** Id of the process whose call it is. */
  private int process() {
    return primary.member.threads().id();
  }

  /** Pid of the process that has its descriptors too. */
  private int survivor() {
    return primary.group.survivor(process());
  }

  private boolean isNeeded(long result) {
    if (calls.childBirth.isHalfDone()) {
      calls.childBirth.abandon(result);
      return false;
    }
    calls.redirection.setDying();
    return call.executing && primary.recorder.isRecording();
  }

  /** The process stands at its end, its registers have been read. */
  void byRegisters() throws TraceeDiedException {
    calls.redirection.setDying();
    primary.ending.settleFastPath();
    if (!isNeeded(primary.member.now.rax())) {
      return;
    }
    long result = call.answered ? call.answer : primary.member.now.rax();
    boolean returned =
        calls.interruption.hasReturnedAtLast(primary.member.now)
            && (call.answered || !isOfDying(result))
            && !call.isRefusedElsewhere(result)
            && !calls.childWaits.isUnsettled(result);
    if (TransferShape.of(call.row) != TransferShape.MESSAGES) {
      long moved = call.transferred + (returned && result > 0 ? result : 0);
      primary.group.secondOpinion().compare(process(), call.row.number(), call.arguments, moved);
    }
    if (returned) {
      publish(result);
    } else {
      publishPart();
    }
  }

  /**
   * Whether a call can have failed because its process was being killed: the kernel finds no memory
   * for the dying, nor does it bring in a page for them. Of a file that it has no memory for, such
   * as an accepted socket's, it says that there are too many (do_accept of net/socket.c). The
   * replica's own call knows better.
   */
  private boolean isOfDying(long result) {
    return mayBeOfDying(result) && (result != -Errno.EFAULT || !hasBadOutput());
  }

  /** As {@link #isOfDying}, where of the service's memory nothing is known. */
  static boolean mayBeOfDying(long result) {
    return result == -Errno.EFAULT || result == -Errno.ENOMEM || result == -Errno.ENFILE;
  }

  /** Whether the service has given the call memory that cannot be written to: while it stands. */
  private boolean hasBadOutput() {
    for (int i = 0; i < call.row.arguments().size(); i++) {
      long address = call.arguments[i];
      if (call.row.arguments().get(i).isOutput() && address != 0 && isBad(address)) {
        return true;
      }
    }
    return call.draft == null && primary.recorder.anyListedEnd(call, this::isBad);
  }

  private boolean isBad(long address) {
    return !primary.member.tracee.memory().isWritable(new TraceeAddress(address));
  }

  /** The process is gone, and with it its registers and its memory. */
  void afterwards() throws TraceeDiedException {
    primary.ending.settleFastPathAfterwards();
    if (!isNeeded(0)) {
      return;
    }
    if (!call.answered) {
      call.answered(byCounters());
    }
    long result = call.answer;
    if (result == -Errno.EINTR) {
      publishPart();
    } else if (call.redirectedFrom == 0 && hasOutputs()) {
      LOG.warn(
          "what {} brought ({}) is lost with the memory of process {}; it is made again",
          call.row,
          result,
          primary.member.pid());
    } else {
      publish(result);
    }
  }

  /** The result of the last part of the call; -EINTR if it moved nothing. */
  private long byCounters() {
    long moved = primary.group.secondOpinion().moved(process(), call.row.number(), call.arguments);
    long part = moved - call.transferred;
    if (moved == SecondOpinion.UNKNOWN || part > mostAsked()) {
      LOG.warn(
          "process {} died without an exit event: {} counts as not made",
          primary.member.pid(),
          call.row);
      part = 0;
    } else {
      LOG.info(
          "process {} died without an exit event: its {} moved {} bytes, say the counters",
          primary.member.pid(),
          call.row,
          moved);
    }
    return part > 0 ? part : -Errno.EINTR;
  }

  private long mostAsked() {
    if (call.redirectedFrom != 0) {
      return call.redirectedBytes;
    }
    return TransferShape.of(call.row) == TransferShape.BUFFER ? call.asked[2] : Long.MAX_VALUE;
  }

  private boolean hasOutputs() {
    for (int i = 0; i < call.row.arguments().size(); i++) {
      ArgumentRule rule = call.row.arguments().get(i);
      if (rule.isOutput() && call.arguments[i] != 0) {
        return true;
      }
    }
    return false;
  }

  private void publish(long result) throws TraceeDiedException {
    if (FileReads.isToBeRepeated(call, result)) {
      return;
    }
    long position = calls.partial.positionAfter(call, result, survivor());
    if (position >= 0 && blocks()) {
      calls.publishPart(position);
    } else {
      calls.record(EventKind.SYSCALL, 0, result);
      call.executing = false;
      calls.kills.settled(result);
    }
  }

  private void publishPart() {
    if (call.transferred > 0) {
      calls.publishPart(call.transferred);
    }
  }

  /** Whether the rest can be had: a file, or no O_NONBLOCK. The survivor has the descriptor too. */
  private boolean blocks() {
    if (TransferFlags.forbidsWaiting(call)) {
      return false;
    }
    int descriptor = (int) call.arguments[TransferShape.of(call.row).waitsFor()];
    if (FileReads.isFile(survivor(), descriptor)) {
      return true;
    }
    Path info = Path.of("/proc/" + survivor() + "/fdinfo/" + descriptor);
    try {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("flags:")) {
          return (Long.parseLong(line.substring(6).trim(), 8) & NONBLOCK) == 0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.warn("{} is not readable, its transfer counts as complete", info);
    }
    return false;
  }
}
