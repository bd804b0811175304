package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
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

  private final PrimaryRole primary;
  private final PrimaryCalls calls;
  private final CallInFlight call;

  Settlement(PrimaryRole primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.call = primary.call;
  }

  private boolean isNeeded() {
    calls.setDying();
    return call.executing && primary.recorder.isRecording();
  }

  /** The process stands at its end, its registers have been read. */
  void byRegisters() throws TraceeDiedException {
    if (!isNeeded()) {
      return;
    }
    boolean returned =
        call.resultKnown
            ? !PrimaryCalls.isRestart(call.knownResult)
            : calls.hasReturned(primary.member.now);
    long result = call.resultKnown ? call.knownResult : primary.member.now.rax();
    returned &= call.resultKnown || !isOfDying(result);
    long moved = call.transferred + (returned && result > 0 ? result : 0);
    primary.group.secondOpinion().compare(call.row.number(), call.arguments, moved);
    if (returned) {
      publish(result);
    } else {
      publishPart();
    }
  }

  /**
   * Whether a call can have failed because its process was being killed: the kernel finds no memory
   * for the dying, nor does it bring in a page for them. The replica's own call knows better.
   */
  private static boolean isOfDying(long result) {
    return result == -Errno.EFAULT || result == -Errno.ENOMEM;
  }

  /** The process is gone, and with it its registers and its memory. */
  void afterwards() throws TraceeDiedException {
    if (!isNeeded()) {
      return;
    }
    if (!call.resultKnown) {
      call.known(byCounters());
    }
    long result = call.knownResult;
    if (PrimaryCalls.isRestart(result)) {
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

  /** The result of the last part of the call; a restart code if it moved nothing. */
  private long byCounters() {
    long moved = primary.group.secondOpinion().moved(call.row.number(), call.arguments);
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
    return part > 0 ? part : -PrimaryCalls.ERESTARTSYS;
  }

  private long mostAsked() {
    if (call.redirectedFrom != 0) {
      return call.redirectedBytes;
    }
    return calls.isFlatTransfer() ? call.asked[2] : Long.MAX_VALUE;
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
    if (calls.isCutShort(result) && blocks()) {
      call.redirectedFrom = 0;
      primary.recorder.publishPartial(call, call.transferred + result);
    } else {
      calls.record(EventKind.SYSCALL, 0, result);
    }
    call.executing = false;
  }

  private void publishPart() {
    if (call.transferred > 0) {
      primary.recorder.publishPartial(call, call.transferred);
    }
  }

  /** O_NONBLOCK of the call's descriptor, which the survivor has too. */
  private boolean blocks() {
    if (calls.asksNotToWait()) {
      return false;
    }
    Path info = Path.of("/proc/" + primary.group.survivor() + "/fdinfo/" + (int) call.arguments[0]);
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
