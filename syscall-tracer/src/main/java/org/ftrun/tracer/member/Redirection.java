package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SizeRule;

/**
 * Lets the kernel write a plain input into the payload ring and not into the service's buffer, to
 * which it is copied afterwards: what was taken from a socket is then safe from a primary that dies
 * with its memory. With several threads it is not done: another thread's events may come in
 * between.
 */
final class Redirection {
  private static final int PAGE_BYTES = 4096;

  private final MemberThread member;
  private final CallInFlight call;
  private final EventRecorder recorder;
  private final PrimaryRole role;

  /** Pages of the log that have been brought in. */
  private final BitSet present = new BitSet();

  /** Whether the primary is dying: its memory may be gone, what it received is in the log. */
  private boolean dying;

  Redirection(PrimaryThread primary) {
    this.member = primary.member;
    this.call = primary.call;
    this.recorder = primary.recorder;
    this.role = primary.role;
  }

  /** Redirects the call that is about to be made, if it is one that can be. */
  void begin() {
    if (!recorder.isRecording()
        || role.areSeveral()
        || call.transferred > 0
        || !call.row.consumesInput()
        || TransferFlags.mayDiscard(call)
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
    direct(index, (int) wanted, reserve((int) wanted));
  }

  /**
   * Room in the log, in which the kernel can write even for a process that is being killed: for
   * that it brings no page in, and what it has taken from a queue by then is lost.
   *
   * @return where it is, -1 if there is none
   */
  private long reserve(int bytes) {
    long offset = recorder.reserveInput(bytes);
    return offset < 0 || bringIn(offset, bytes) ? offset : -1;
  }

  /** Each page once: a call that is interrupted time and again must come to be made. */
  private boolean bringIn(long offset, int bytes) {
    int last = (int) ((offset + bytes - 1) / PAGE_BYTES);
    int page = present.nextClearBit((int) (offset / PAGE_BYTES));
    for (; page <= last; page = present.nextClearBit(page + 1)) {
      TraceeAddress start = member.model().log.plus((long) page * PAGE_BYTES);
      if (!member.tracee.memory().isWritable(start)) {
        return false;
      }
      present.set(page);
    }
    return true;
  }

  /** What the kernel could not deliver must stay where it is. Only the buffer's ends are tried. */
  private boolean isDeliverable(long address, long bytes) {
    TraceeMemory memory = member.tracee.memory();
    return memory.isWritable(new TraceeAddress(address))
        && memory.isWritable(new TraceeAddress(address + bytes - 1));
  }

  /**
   * The fast path has let the kernel write an input into the payload ring; perhaps for a replica
   * that has been lost meanwhile, but the service is to get it all the same.
   *
   * @param bytes as many as were reserved, or -1
   */
  void adopt(long bytes) {
    if (bytes >= 0) {
      direct(rawArgument(), (int) bytes, recorder.adoptInput((int) bytes));
    }
  }

  private void direct(int index, int bytes, long offset) {
    if (offset >= 0) {
      call.redirectedFrom = call.arguments[index];
      call.redirectedBytes = bytes;
      call.redirectedTo = member.model().log.value() + offset;
      call.asked[index] = call.redirectedTo;
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

  /**
   * The call is made again: a boundary action or a signal event may have used the reservation. Does
   * nothing if the call is not redirected.
   */
  void renew() {
    if (call.redirectedFrom == 0) {
      return;
    }
    int index = rawArgument();
    long offset = recorder.isRecording() && !role.areSeveral() ? reserve(call.redirectedBytes) : -1;
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
   * The reservation will not last until the call has returned: the kernel is to write into the
   * service's buffer, where the parts that were received so far are already. Does nothing if the
   * call is not redirected.
   */
  void giveUp() {
    if (call.redirectedFrom == 0) {
      return;
    }
    call.redirectedTo = call.redirectedFrom;
    call.redirectedFrom = 0;
    if (!call.waiting) {
      call.asked[rawArgument()] = call.redirectedTo + call.transferred;
    }
  }

  /**
   * What a part of a receive brought goes to the service's buffer at once.
   *
   * @param end the position behind it
   * @return whether the buffer takes it
   */
  boolean copyPart(long end) {
    ByteBuffer bytes = recorder.received((int) end);
    bytes.position((int) call.transferred);
    TraceeAddress target = new TraceeAddress(call.redirectedFrom + call.transferred);
    return member.tracee.memory().write(target, bytes) == end - call.transferred;
  }

  /** Gives the service what the call has received, and records it; the result is returned. */
  long record(EventKind kind, int flags, long result) throws TraceeDiedException {
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

  /** The primary is dying. */
  void setDying() {
    dying = true;
  }
}
