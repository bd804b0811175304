package org.ftrun.tracer.member;

import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** Where a call that moves bytes says how many, and so how the rest of them is asked for. */
enum TransferShape {
  /** It moves none, or what it moves cannot be asked for in parts. */
  NONE,
  /** From or to the buffer in argument 1, as many as argument 2 says (write, recvfrom ...). */
  BUFFER,
  /** From or to the iovecs in argument 1, as many as argument 2 says (writev ...). */
  VECTOR,
  /** From or to the iovecs of the msghdr in argument 1 (sendmsg, recvmsg). */
  MESSAGE,
  /**
   * From or to the iovecs of the mmsghdrs in argument 1, as many as argument 2 says (sendmmsg,
   * recvmmsg).
   */
  MESSAGES,
  /** From one descriptor to another, as many as argument 3 says (sendfile). */
  FILE,
  /** From one descriptor to another, as many as argument 4 says (splice). */
  PIPE,
  /** From one file to another, as many as argument 4 says (copy_file_range). */
  RANGE;

  private static final SyscallRow SENDFILE = SyscallTable.named("sendfile");
  private static final SyscallRow SPLICE = SyscallTable.named("splice");
  private static final SyscallRow COPY_FILE_RANGE = SyscallTable.named("copy_file_range");

  static TransferShape of(SyscallRow row) {
    if (row == SENDFILE) {
      return FILE;
    }
    if (row == SPLICE) {
      return PIPE;
    }
    if (row == COPY_FILE_RANGE) {
      return RANGE;
    }
    if (row.arguments().size() < 3) {
      return NONE;
    }
    SizeRule size = row.arguments().get(1).size();
    switch (size.kind()) {
      case ARGUMENT:
      case RESULT:
        return size.argument() == 2 && size.unit() == 1 ? BUFFER : NONE;
      case IOVEC:
        return VECTOR;
      case MSGHDR:
        return MESSAGE;
      case MMSGHDR:
        return MESSAGES;
      default:
        return NONE;
    }
  }

  /**
   * Index of the argument with the byte count of {@link #FILE}, {@link #PIPE} and {@link #RANGE}.
   */
  int countArgument() {
    return this == FILE ? 3 : 4;
  }

  /** Index of the argument with the descriptor that makes the call wait. */
  int waitsFor() {
    return this == PIPE || this == RANGE ? 2 : 0;
  }
}
