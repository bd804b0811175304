package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * SO_RCVTIMEO and SO_SNDTIMEO (socket(7)): the kernel counts them anew for each call. So a call
 * that was interrupted by us is not simply entered again: the time that is left is waited for by
 * ppoll, and the call itself is made without waiting.
 */
final class SocketTimeout {
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int POLLIN = 1;
  private static final int POLLOUT = 4;
  private static final int TIMEVAL_BYTES = 16;
  private static final long NANOS_A_SECOND = 1_000_000_000L;

  /** Ready, and yet the call would wait: how often in a row until it is let wait. */
  private static final int FRUITLESS_TRIES = 3;

  /** Behind what CallEffects and TimeLeft put into the scratch room. */
  private static final int SCRATCH_OFFSET = 256;

  private static final SyscallRow CONNECT = SyscallTable.named("connect");
  private static final SyscallRow ACCEPT = SyscallTable.named("accept");
  private static final SyscallRow ACCEPT4 = SyscallTable.named("accept4");
  private static final SyscallRow SENDMMSG = SyscallTable.named("sendmmsg");
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");
  private static final SyscallRow SPLICE = SyscallTable.named("splice");

  private final MemberThread member;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());

  SocketTimeout(MemberThread member) {
    this.member = member;
  }

  /** Whether the call works on a socket with a time-out; asks the kernel once a call. */
  boolean applies(CallInFlight call) throws TraceeDiedException {
    if (call.timeLimit < 0) {
      // The time-out of recvmmsg is for all of its messages, the socket's for each of them.
      boolean may =
          call.row.descriptorArgument() == 0
              && (call.row.timeoutArgument() < 0 || call.row == RECVMMSG);
      call.timeLimit = may ? timeLimit(call) : 0;
    }
    return call.timeLimit > 0;
  }

  private long timeLimit(CallInFlight call) throws TraceeDiedException {
    long limit = timeOut(call);
    if (limit < 0 && call.row == SPLICE) {
      call.timedArgument = 2; // it comes from a pipe, then
      limit = timeOut(call);
    }
    return Math.max(0, limit);
  }

  /** The time-out in nanoseconds, 0 if there is none, -1 if there is no socket. */
  private long timeOut(CallInFlight call) throws TraceeDiedException {
    TraceeAddress scratch = scratch();
    member.tracee.memory().writeLong(scratch.plus(TIMEVAL_BYTES), TIMEVAL_BYTES);
    long result =
        member.inject(
            SyscallNumber.GETSOCKOPT,
            call.arguments[call.timedArgument],
            SOL_SOCKET,
            sends(call) ? SO_SNDTIMEO : SO_RCVTIMEO,
            scratch.value(),
            scratch.value() + TIMEVAL_BYTES);
    bytes.clear().limit(TIMEVAL_BYTES);
    if (result != 0 || member.tracee.memory().read(scratch, bytes) != TIMEVAL_BYTES) {
      return -1;
    }
    return bytes.getLong(0) * NANOS_A_SECOND + bytes.getLong(8) * 1000;
  }

  private static boolean sends(CallInFlight call) {
    return call.row == SPLICE
        ? call.timedArgument == 2
        : call.row.transfersOutput() || call.row == CONNECT || call.row == SENDMMSG;
  }

  /** Whether the time of a call to which a time-out applies is over. */
  boolean isOver(CallInFlight call) {
    return timeLeft(call) <= 0;
  }

  private static long timeLeft(CallInFlight call) {
    return call.timeLimit - (System.nanoTime() - call.waitBegan);
  }

  /** Whether the call can be made in the time that is left. */
  static boolean canBeTimed(CallInFlight call) {
    return TransferRequest.canTry(call) || isMadeWhenReady(call);
  }

  /** Whether the call has no form that does not wait, and is made when its socket is ready. */
  static boolean isMadeWhenReady(CallInFlight call) {
    return call.row == ACCEPT
        || call.row == ACCEPT4
        || call.row == CONNECT
        || call.row == SPLICE && !sends(call);
  }

  /** Has the kernel asked to wait, for the time that is left, until the socket is ready. */
  void askToWait(CallInFlight call) {
    TraceeAddress scratch = scratch();
    long left = Math.max(0, timeLeft(call));
    bytes.clear();
    bytes
        .putInt(0, (int) call.arguments[call.timedArgument])
        .putInt(4, sends(call) ? POLLOUT : POLLIN);
    bytes.putLong(8, left / NANOS_A_SECOND).putLong(16, left % NANOS_A_SECOND);
    member.tracee.memory().write(scratch, bytes);
    call.number = SyscallNumber.PPOLL;
    call.waiting = true;
    call.asked[0] = scratch.value();
    call.asked[1] = 1;
    call.asked[2] = scratch.value() + 8;
    call.asked[3] = 0;
    call.asked[4] = 8;
  }

  /** A call was tried, and would have waited: whether it is to be let wait for its full time. */
  static boolean isFruitless(CallInFlight call) {
    return ++call.fruitlessTries > FRUITLESS_TRIES;
  }

  private TraceeAddress scratch() {
    return member.room().scratch().plus(SCRATCH_OFFSET);
  }
}
