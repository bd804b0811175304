package org.ftrun.tracer.member;

import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** What the flags of a send or receive (send(2), recv(2)) say of waiting. */
final class TransferFlags {
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_TRUNC = 0x20;

  /** The kernel is not to wait. */
  static final int MSG_DONTWAIT = 0x40;

  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_WAITFORONE = 0x10000;

  private static final SyscallRow SENDTO = SyscallTable.named("sendto");
  private static final SyscallRow SENDMSG = SyscallTable.named("sendmsg");
  private static final SyscallRow SENDMMSG = SyscallTable.named("sendmmsg");
  private static final SyscallRow RECVFROM = SyscallTable.named("recvfrom");
  private static final SyscallRow RECVMSG = SyscallTable.named("recvmsg");
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  private TransferFlags() {}

  /** Whether the caller forbids the call to wait, by a flag of the call's own. */
  static boolean forbidsWaiting(CallInFlight call) {
    return (of(call) & MSG_DONTWAIT) != 0;
  }

  /** Whether the call asks to be given all bytes, as far as its arguments tell. */
  static boolean asksForAll(CallInFlight call) {
    boolean receives = call.row == RECVFROM || call.row == RECVMSG;
    return receives && (of(call) & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) == MSG_WAITALL;
  }

  /** Whether a receive may count bytes that it has not written: a stream discards them. */
  static boolean mayDiscard(CallInFlight call) {
    return call.row == RECVFROM && (of(call) & MSG_TRUNC) != 0;
  }

  /** Whether a recvmmsg waits for its first message only. */
  static boolean waitsForOne(CallInFlight call) {
    return (of(call) & MSG_WAITFORONE) != 0;
  }

  private static long of(CallInFlight call) {
    if (call.row == SENDTO
        || call.row == RECVFROM
        || call.row == SENDMMSG
        || call.row == RECVMMSG) {
      return call.arguments[3];
    }
    return call.row == SENDMSG || call.row == RECVMSG ? call.arguments[2] : 0;
  }
}
