package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SocketLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Maps a file of which we have a descriptor into a stopped process. A service without privileges,
 * or in another root, can open no file of ours by its path, and one with all its descriptors used
 * can open nothing; so a {@link Courier} makes a pair of sockets, we borrow one of them and send it
 * the descriptor, and it receives and maps the file.
 */
final class DescriptorMapping {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** A message of one byte with one descriptor: header, iovec, control message, the byte. */
  private static final int IOVEC = SocketLayout.MSGHDR_SIZE;

  private static final int CONTROL = IOVEC + SocketLayout.IOVEC_SIZE;
  private static final int CONTROL_LENGTH = SocketLayout.CMSGHDR_SIZE + Integer.BYTES;
  private static final int DESCRIPTOR = CONTROL + SocketLayout.CMSGHDR_SIZE;
  private static final int BYTE = DESCRIPTOR + Long.BYTES;
  private static final int MESSAGE_BYTES = BYTE + Long.BYTES;

  private final MemberThread member;
  private final int descriptor;
  private final TraceeAddress scratch;

  DescriptorMapping(MemberThread member, int descriptor) {
    this.member = member;
    this.descriptor = descriptor;
    this.scratch = member.room().scratch();
  }

  /** The arguments of mmap(2) beside the descriptor. */
  private record Wanted(long address, long bytes, int protection, int flags, long offset) {}

  /**
   * Maps it; the arguments are those of mmap(2). Registers and scratch of the process are changed.
   *
   * @return null, or why it could not be done
   */
  String map(long address, long bytes, int protection, int flags, long offset)
      throws TraceeDiedException {
    Wanted wanted = new Wanted(address, bytes, protection, flags, offset);
    try {
      return Courier.send(member, courier -> map(courier, wanted));
    } finally {
      member.tracee.memory().writeBytes(scratch, new byte[MESSAGE_BYTES]);
    }
  }

  private String map(Courier courier, Wanted wanted) throws TraceeDiedException {
    long made = courier.call(SyscallNumber.SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, scratch.value());
    if (made < 0) {
      return refused("socketpair", made);
    }
    long pair = member.tracee.memory().readLong(scratch);
    String refusal = send(courier, (int) pair);
    return refusal == null ? receive(courier, (int) (pair >>> 32), wanted) : refusal;
  }

  private static String refused(String call, long result) {
    return "cannot be passed to the service: " + call + ": " + Libc.errorText((int) -result);
  }

  /** Sends it from one side of the pair, of which we borrow a descriptor. */
  private String send(Courier courier, int socket) {
    long process = Libc.call(SyscallNumber.PIDFD_OPEN, courier.pid(), 0);
    if (process < 0) {
      return refused("pidfd_open", process);
    }
    long borrowed = Libc.call(SyscallNumber.PIDFD_GETFD, process, socket, 0);
    Libc.call(SyscallNumber.CLOSE, process);
    if (borrowed < 0) {
      return refused("pidfd_getfd", borrowed);
    }
    try {
      NativeMemory message = NativeMemory.allocate(MESSAGE_BYTES);
      message.buffer().put(0, message(message.address(), descriptor), 0, MESSAGE_BYTES);
      long sent =
          Libc.call(
              SyscallNumber.SENDMSG, borrowed, message.address(), MSG_DONTWAIT | MSG_NOSIGNAL);
      return sent == 1 ? null : refused("sendmsg", sent);
    } finally {
      Libc.call(SyscallNumber.CLOSE, borrowed);
    }
  }

  /** The message as it stands at an address, to send a descriptor or to receive one. */
  private static byte[] message(long at, int descriptor) {
    ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES).order(ByteOrder.nativeOrder());
    message.putLong(SocketLayout.MSGHDR_IOV, at + IOVEC);
    message.putLong(SocketLayout.MSGHDR_IOV_COUNT, 1);
    message.putLong(SocketLayout.MSGHDR_CONTROL, at + CONTROL);
    message.putLong(SocketLayout.MSGHDR_CONTROL_LENGTH, CONTROL_LENGTH);
    message.putLong(IOVEC + SocketLayout.IOVEC_BASE, at + BYTE);
    message.putLong(IOVEC + SocketLayout.IOVEC_LENGTH, 1);
    message.putLong(CONTROL + SocketLayout.CMSGHDR_LENGTH, CONTROL_LENGTH);
    message.putInt(CONTROL + SocketLayout.CMSGHDR_LEVEL, SOL_SOCKET);
    message.putInt(CONTROL + SocketLayout.CMSGHDR_TYPE, SCM_RIGHTS);
    message.putInt(DESCRIPTOR, descriptor);
    return message.array();
  }

  /** Receives it on the other side and maps it. */
  private String receive(Courier courier, int socket, Wanted wanted) throws TraceeDiedException {
    member.tracee.memory().writeBytes(scratch, message(scratch.value(), -1));
    long received = courier.call(SyscallNumber.RECVMSG, socket, scratch.value(), MSG_DONTWAIT);
    if (received < 0) {
      return refused("recvmsg", received);
    }
    int arrived = (int) member.tracee.memory().readLong(scratch.plus(DESCRIPTOR));
    if (arrived < 0) {
      return "was sent to the service and did not arrive";
    }
    long mapped =
        courier.call(
            SyscallNumber.MMAP,
            wanted.address(),
            wanted.bytes(),
            wanted.protection(),
            wanted.flags(),
            arrived,
            wanted.offset());
    return mapped == wanted.address()
        ? null
        : "cannot be mapped into the service: " + Libc.errorText((int) -mapped);
  }
}
