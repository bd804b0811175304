package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.ArgumentRule;

/**
 * Makes a call that is entered again wait only for the time that is left of its relative time-out,
 * so that the service sees nothing of an interruption that was ours.
 */
final class TimeLeft {
  /** Behind what CallEffects puts into the scratch room. */
  private static final int SCRATCH_OFFSET = 128;

  private static final long NANOS_A_SECOND = 1_000_000_000L;

  private final MemberThread member;
  private final ByteBuffer time = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());

  TimeLeft(MemberThread member) {
    this.member = member;
  }

  /** Cuts the time-out that is asked for by what has passed since the call began. */
  void cut(CallInFlight call) {
    int index = call.row.timeoutArgument();
    if (index < 0) {
      return;
    }
    long passed = System.nanoTime() - call.waitBegan;
    switch (call.row.timeoutUnit()) {
      case MILLISECONDS:
        int millis = (int) call.arguments[index];
        if (millis > 0) {
          call.asked[index] = Math.max(0, millis - passed / 1_000_000);
        }
        break;
      case TIMESPEC:
        cutStructure(call, index, passed, 1);
        break;
      case TIMEVAL:
        cutStructure(call, index, passed, 1000);
        break;
      default:
        break;
    }
  }

  private void cutStructure(CallInFlight call, int index, long passed, long nanosAUnit) {
    if (call.arguments[index] == 0) {
      return;
    }
    time.clear();
    if (member.tracee.memory().read(new TraceeAddress(call.arguments[index]), time) != 16) {
      return;
    }
    long whole = time.getLong(0);
    if (whole < 0 || whole > Long.MAX_VALUE / NANOS_A_SECOND - 1) {
      return;
    }
    long left = Math.max(0, whole * NANOS_A_SECOND + time.getLong(8) * nanosAUnit - passed);
    time.putLong(0, left / NANOS_A_SECOND).putLong(8, left % NANOS_A_SECOND / nanosAUnit);
    TraceeAddress scratch = member.room().scratch().plus(SCRATCH_OFFSET);
    if (member.tracee.memory().write(scratch, time) == 16) {
      call.asked[index] = scratch.value();
    }
  }

  /**
   * Where the kernel counts a time-out down in our copy, the service sees what is left of it.
   *
   * @param result what the kernel returned
   */
  void writeBack(CallInFlight call, long result) {
    int index = call.row.timeoutArgument();
    long scratch = member.room().scratch().value() + SCRATCH_OFFSET;
    if (index < 0 || call.asked[index] != scratch) {
      return;
    }
    ArgumentRule rule = call.row.arguments().get(index);
    if (!rule.isOutput() || !rule.written().holdsFor(result)) {
      return;
    }
    time.clear();
    if (member.tracee.memory().read(new TraceeAddress(scratch), time) == 16) {
      member.tracee.memory().write(new TraceeAddress(call.arguments[index]), time);
    }
  }
}
