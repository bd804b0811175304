package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * The signal masks that hold for the time of one call, as those of ppoll(2) and pselect6(2). The
 * kernel must not block the signals that are ours, so it gets another mask than the service's.
 */
final class TemporaryMasks {
  private static final int SIGSET_BYTES = 8;

  /** The address of a mask and its size, as pselect6(2) takes them. */
  private static final int PAIR_BYTES = 16;

  private final MemberThread member;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(PAIR_BYTES + SIGSET_BYTES).order(ByteOrder.nativeOrder());

  TemporaryMasks(MemberThread member) {
    this.member = member;
  }

  /** The call is entered again: what stood ready for the kernel may have been written over. */
  void prepareAgain(CallInFlight call) {
    if (call.row.temporaryMaskArgument() >= 0 && !call.waiting) {
      prepare(call);
    }
  }

  /** Before a call that takes such a mask: what the kernel is to take it from. */
  void prepare(CallInFlight call) {
    int index = call.row.temporaryMaskArgument();
    long set = address(call);
    if (set == 0 || !read(set, SIGSET_BYTES)) {
      return;
    }
    long mask = bytes.getLong(0);
    if ((mask & SignalActions.OWNED) == 0) {
      return;
    }
    mask &= ~SignalActions.OWNED;
    bytes.putLong(0, mask);
    switch (call.row.temporaryMask()) {
      case DIRECT:
        call.asked[index] = toScratch(SIGSET_BYTES);
        break;
      case PAIR:
        long scratch = member.room().scratch().value();
        if (!read(call.arguments[index], PAIR_BYTES)) {
          break;
        }
        // The size stays as it is: the kernel refuses a wrong one.
        bytes.putLong(0, scratch + PAIR_BYTES).putLong(PAIR_BYTES, mask);
        call.asked[index] = toScratch(PAIR_BYTES + SIGSET_BYTES);
        break;
      default:
        break;
    }
  }

  private long address(CallInFlight call) {
    long argument = call.arguments[call.row.temporaryMaskArgument()];
    switch (call.row.temporaryMask()) {
      case DIRECT:
        return argument;
      case PAIR:
        return argument != 0 && read(argument, PAIR_BYTES) ? bytes.getLong(0) : 0;
      default:
        return 0;
    }
  }

  /**
   * The mask that holds during a call with a temporary one, as the kernel is to see it.
   *
   * @return the mask, or -1 (all signals) if the call has none
   */
  long of(CallInFlight call) {
    long set = call.row.temporaryMaskArgument() < 0 ? 0 : address(call);
    return set != 0 && read(set, SIGSET_BYTES) ? bytes.getLong(0) & ~SignalActions.OWNED : -1;
  }

  /** The signals that are held back while the executed call waits. */
  long inCall(CallInFlight call) throws TraceeDiedException {
    long temporary = of(call);
    return member.thread().hiddenMask | (temporary == -1 ? member.tracee.signalMask() : temporary);
  }

  private boolean read(long address, int length) {
    bytes.clear().limit(length);
    boolean whole = member.tracee.memory().read(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }

  private long toScratch(int length) {
    TraceeAddress scratch = member.room().scratch();
    bytes.clear().limit(length);
    member.tracee.memory().write(scratch, bytes);
    bytes.clear();
    return scratch.value();
  }
}
