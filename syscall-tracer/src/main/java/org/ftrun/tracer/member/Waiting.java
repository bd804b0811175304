package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Whether the kernel, had it not been interrupted by us, would have gone on waiting for the rest of
 * a transfer. Asks it with the service's own descriptors.
 */
final class Waiting {
  private static final int F_GETFL = 3;
  private static final int F_GETPIPE_SZ = 1032;
  private static final int FIONREAD = 0x541b;
  private static final int O_NONBLOCK = 04000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SO_ERROR = 4;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_PROTOCOL = 38;
  private static final int SO_DOMAIN = 39;
  private static final int SOCK_STREAM = 1;
  private static final int AF_UNIX = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_MPTCP = 262;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int POLLERR = 8;
  private static final int POLLHUP = 16;

  /** Behind what SocketTimeout puts into the scratch room. */
  private static final int SCRATCH_OFFSET = 384;

  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  private final MemberThread member;
  private final ByteBuffer words = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());

  Waiting(MemberThread member) {
    this.member = member;
  }

  /** Whether the call's descriptor is a stream socket. */
  boolean isStream(CallInFlight call) throws TraceeDiedException {
    return option(call, SO_TYPE) == SOCK_STREAM;
  }

  /**
   * A recvmmsg that is interrupted when it has received some messages leaves the reason behind as
   * the socket's pending error (do_recvmmsg of net/socket.c), for whichever call comes next.
   */
  void clearTrace(CallInFlight call) throws TraceeDiedException {
    if (call.row == RECVMMSG) {
      option(call, SO_ERROR);
    }
  }

  /** Whether a descriptor is a socket of TCP. */
  boolean isTcp(long descriptor) throws TraceeDiedException {
    int protocol = option(descriptor, SO_PROTOCOL);
    return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
  }

  /** Whether a descriptor is a connection of TCP, as opposed to a socket that listens. */
  boolean isConnection(long descriptor) throws TraceeDiedException {
    return isTcp(descriptor) && option(descriptor, SO_ACCEPTCONN) == 0;
  }

  /** Whether a descriptor is a socket of the machine's own. */
  boolean isLocal(long descriptor) throws TraceeDiedException {
    return option(descriptor, SO_DOMAIN) == AF_UNIX;
  }

  private int option(CallInFlight call, int option) throws TraceeDiedException {
    return option(call.arguments[0], option);
  }

  /** An option of a socket, -1 if it has none. Fetching the error clears it. */
  private int option(long descriptor, int option) throws TraceeDiedException {
    put(0, Integer.BYTES);
    long result =
        member.inject(
            SyscallNumber.GETSOCKOPT, descriptor, SOL_SOCKET, option, scratch(), scratch() + 4);
    return result == 0 ? first() : -1;
  }

  /** Whether a transfer of which a part was done would have waited to do the rest. */
  boolean goesOn(CallInFlight call) throws TraceeDiedException {
    if (TransferFlags.forbidsWaiting(call)) {
      return false;
    }
    TransferShape shape = TransferShape.of(call.row);
    if (shape == TransferShape.PIPE && !splicesOn(call)) {
      return false;
    }
    long descriptor = call.arguments[shape.waitsFor()];
    if (FileReads.isFile(member.pid(), descriptor)) {
      return true;
    }
    long flags = member.inject(SyscallNumber.FCNTL, descriptor, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK) != 0) {
      return false;
    }
    return call.waitsForAll || call.row == RECVMMSG || !isBroken(descriptor);
  }

  /** An emptied pipe ends a splice; a pipe is filled only once, as far as a file goes. */
  private boolean splicesOn(CallInFlight call) throws TraceeDiedException {
    if (FileReads.isFile(member.pid(), call.arguments[0])) {
      return true;
    }
    put(0, 0);
    return (call.arguments[5] & SPLICE_F_NONBLOCK) == 0
        && member.inject(SyscallNumber.FCNTL, call.arguments[0], F_GETPIPE_SZ) > 0
        && member.inject(SyscallNumber.FCNTL, call.arguments[2], F_GETPIPE_SZ) < 0
        && member.inject(SyscallNumber.IOCTL, call.arguments[0], FIONREAD, scratch()) == 0
        && first() > 0;
  }

  /** The error is for the service's next call, so it must not be fetched by ours. */
  private boolean isBroken(long descriptor) throws TraceeDiedException {
    put((int) descriptor, 0);
    long ready = member.inject(SyscallNumber.POLL, scratch(), 1, 0);
    words.clear().limit(8);
    boolean read = member.tracee.memory().read(new TraceeAddress(scratch()), words) == 8;
    words.clear();
    return ready > 0 && read && (words.getShort(6) & (POLLERR | POLLHUP)) != 0;
  }

  private void put(int first, int second) {
    words.clear();
    words.putInt(0, first).putInt(4, second).limit(8);
    member.tracee.memory().write(new TraceeAddress(scratch()), words);
    words.clear();
  }

  private int first() {
    words.clear().limit(4);
    boolean read = member.tracee.memory().read(new TraceeAddress(scratch()), words) == 4;
    words.clear();
    return read ? words.getInt(0) : 0;
  }

  private long scratch() {
    return member.room().scratch().value() + SCRATCH_OFFSET;
  }
}
