package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * SO_RCVTIMEO and SO_SNDTIMEO: the kernel counts them anew for each call, so a call that is entered
 * again after an interruption of ours has to end by itself when its time is over (socket(7)).
 */
final class SocketTimeout {
  private static final int SYS_GETSOCKOPT = 55;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int TIMEVAL_BYTES = 16;

  /** Behind what CallEffects and TimeLeft put into the scratch room. */
  private static final int SCRATCH_OFFSET = 256;

  private static final SyscallRow CONNECT = SyscallTable.named("connect");

  private final Member member;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());

  SocketTimeout(Member member) {
    this.member = member;
  }

  /** Whether the call works on a socket with a time-out, and that is over. */
  boolean isOver(CallInFlight call) throws TraceeDiedException {
    if (call.row.descriptorArgument() != 0 || call.row.timeoutArgument() >= 0) {
      return false;
    }
    boolean sends = call.row.transfersOutput() || call.row == CONNECT;
    TraceeAddress scratch = member.model().stub.scratch().plus(SCRATCH_OFFSET);
    member.tracee.memory().writeLong(scratch.plus(TIMEVAL_BYTES), TIMEVAL_BYTES);
    long result =
        member.inject(
            SYS_GETSOCKOPT,
            call.arguments[0],
            SOL_SOCKET,
            sends ? SO_SNDTIMEO : SO_RCVTIMEO,
            scratch.value(),
            scratch.value() + TIMEVAL_BYTES);
    bytes.clear().limit(TIMEVAL_BYTES);
    if (result != 0 || member.tracee.memory().read(scratch, bytes) != TIMEVAL_BYTES) {
      return false;
    }
    long nanos = bytes.getLong(0) * 1_000_000_000L + bytes.getLong(8) * 1000;
    return nanos > 0 && System.nanoTime() - call.began >= nanos;
  }
}
