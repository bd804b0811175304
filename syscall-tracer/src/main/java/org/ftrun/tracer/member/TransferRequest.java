package org.ftrun.tracer.member;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_BASE;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;

import java.nio.ByteBuffer;
import java.util.Set;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Has the kernel asked for a transfer otherwise than the service asks: for the rest of it, or so
 * that it does not wait. What that needs of iovecs and message headers stands in the stub's scratch
 * room; the service's own are not touched, until the call has returned.
 */
final class TransferRequest {
  /** Behind what CallEffects, TimeLeft, SocketTimeout and Waiting put into the scratch room. */
  private static final int SCRATCH_HEADER = 512;

  private static final int SCRATCH_IOVECS = SCRATCH_HEADER + 64;

  /** What is longer is asked for in pieces. */
  private static final int MOST_IOVECS = (StubLayout.SCRATCH_BYTES - SCRATCH_IOVECS) / IOVEC_SIZE;

  private static final long CURRENT_POSITION = -1;
  private static final int SPLICE_F_NONBLOCK = 2;

  private static final SyscallRow READ = SyscallTable.named("read");
  private static final SyscallRow READV = SyscallTable.named("readv");
  private static final SyscallRow WRITE = SyscallTable.named("write");
  private static final SyscallRow WRITEV = SyscallTable.named("writev");
  private static final SyscallRow PREAD64 = SyscallTable.named("pread64");
  private static final SyscallRow PWRITE64 = SyscallTable.named("pwrite64");
  private static final SyscallRow SENDTO = SyscallTable.named("sendto");
  private static final SyscallRow SENDMSG = SyscallTable.named("sendmsg");
  private static final SyscallRow SENDMMSG = SyscallTable.named("sendmmsg");
  private static final SyscallRow RECVFROM = SyscallTable.named("recvfrom");
  private static final SyscallRow RECVMSG = SyscallTable.named("recvmsg");
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  /** Calls with iovecs and a position in the file. */
  private static final Set<SyscallRow> POSITIONED =
      Set.of(
          SyscallTable.named("preadv"),
          SyscallTable.named("preadv2"),
          SyscallTable.named("pwritev"),
          SyscallTable.named("pwritev2"));

  private final MemberThread member;
  private final MessageVectors vectors;
  private final ByteBuffer rest = MessageVectors.buffer(MOST_IOVECS * IOVEC_SIZE);
  private final ByteBuffer header = MessageVectors.buffer(MSGHDR_SIZE);

  /** What an earlier part of a recvmsg wrote into its header. */
  private final ByteBuffer received = MessageVectors.buffer(MSGHDR_SIZE);

  TransferRequest(MemberThread member, MessageVectors vectors) {
    this.member = member;
    this.vectors = vectors;
  }

  /** Has the kernel asked for what is left of the call: all of it, where nothing is done yet. */
  void askForRest(CallInFlight call) {
    call.piece = false;
    if (call.transferred == 0) {
      if (call.waitsForAll && call.row == RECVMSG) {
        askWithHeader(call, call.arguments[1], 0);
      }
      return;
    }
    TransferShape shape = TransferShape.of(call.row);
    switch (shape) {
      case BUFFER:
        long from = call.redirectedFrom != 0 ? call.redirectedTo : call.arguments[1];
        call.asked[1] = from + call.transferred;
        call.asked[2] = call.arguments[2] - call.transferred;
        if (call.row == PWRITE64 || call.row == PREAD64) {
          call.asked[3] = call.arguments[3] + call.transferred;
        }
        break;
      case VECTOR:
        call.asked[2] = restOf(call, call.arguments[1], call.arguments[2], call.transferred);
        call.asked[1] = scratchIovecs();
        if (POSITIONED.contains(call.row) && call.arguments[3] != CURRENT_POSITION) {
          call.asked[3] = call.arguments[3] + call.transferred;
        }
        break;
      case MESSAGE:
        askWithHeader(call, call.arguments[1], call.transferred);
        break;
      case MESSAGES:
        askForMessages(call);
        break;
      case PIPE:
        if (FileReads.isFile(member.pid(), call.arguments[0])) {
          call.asked[5] |= SPLICE_F_NONBLOCK; // a pipe that is full ends a splice from a file
        }
        askForCount(call, shape);
        break;
      case FILE:
      case RANGE:
        askForCount(call, shape);
        break;
      default:
        throw new IllegalStateException(call.row + " goes not in parts");
    }
  }

  private static void askForCount(CallInFlight call, TransferShape shape) {
    int count = shape.countArgument();
    call.asked[count] = call.arguments[count] - call.transferred;
  }

  private void askForMessages(CallInFlight call) {
    long done = call.transferred >>> 32;
    long bytes = call.transferred & 0xffff_ffffL;
    if (bytes == 0) {
      call.number = call.row.number();
      call.asked[1] = PartialTransfer.message(call, done);
      call.asked[2] = call.arguments[2] - done;
      call.asked[3] = call.arguments[3];
      return;
    }
    call.number = SENDMSG.number();
    askWithHeader(call, PartialTransfer.message(call, done), bytes);
    call.asked[2] = call.arguments[3];
    call.asked[3] = 0;
    call.piece = true;
  }

  private void askWithHeader(CallInFlight call, long message, long done) {
    if (!vectors.load(header, message, MSGHDR_SIZE)) {
      return;
    }
    if (done > 0) {
      long iovecs = header.getLong(MSGHDR_IOV);
      long count = restOf(call, iovecs, header.getLong(MSGHDR_IOV_COUNT), done);
      header.putLong(MSGHDR_IOV, scratchIovecs()).putLong(MSGHDR_IOV_COUNT, count);
      if (call.row != RECVMSG) {
        header.putLong(MSGHDR_CONTROL, 0).putLong(MSGHDR_CONTROL_LENGTH, 0); // went with the first
      }
    }
    if (storeHeader()) {
      call.asked[1] = scratchHeader();
    }
  }

  /** Puts the iovecs behind the first {@code done} bytes into the scratch room; their number. */
  private int restOf(CallInFlight call, long iovecs, long count, long done) {
    int loaded = vectors.load(iovecs, count);
    long skipped = done;
    int kept = 0;
    rest.clear();
    for (int i = 0; i < loaded; i++) {
      long base = vectors.base(i);
      long length = vectors.length(i);
      long part = Math.min(skipped, length);
      skipped -= part;
      if (length == part) {
        continue;
      }
      if (kept == MOST_IOVECS) {
        call.piece = true;
        break;
      }
      rest.putLong(kept * IOVEC_SIZE + IOVEC_BASE, base + part);
      rest.putLong(kept++ * IOVEC_SIZE + IOVEC_LENGTH, length - part);
    }
    rest.limit(kept * IOVEC_SIZE);
    member.tracee.memory().write(new TraceeAddress(scratchIovecs()), rest);
    return kept;
  }

  /** Whether the kernel can be asked so that it answers at once instead of waiting. */
  static boolean canTry(CallInFlight call) {
    return call.row == READ
        || call.row == WRITE
        || call.row == READV
        || call.row == WRITEV
        || call.row == SENDTO
        || call.row == RECVFROM
        || call.row == SENDMSG
        || call.row == RECVMSG
        || call.row == SENDMMSG
        || call.row == RECVMMSG;
  }

  /** Changes what is asked of a socket so that the kernel does not wait. */
  void askWithoutWaiting(CallInFlight call) {
    if (call.row == READ || call.row == WRITE) {
      call.number = (call.row == READ ? RECVFROM : SENDTO).number();
      call.asked[3] = TransferFlags.MSG_DONTWAIT;
      call.asked[4] = 0;
      call.asked[5] = 0;
    } else if (call.row == READV || call.row == WRITEV) {
      call.number = (call.row == READV ? RECVMSG : SENDMSG).number();
      header.clear();
      for (int i = 0; i < MSGHDR_SIZE; i += Long.BYTES) {
        header.putLong(i, 0);
      }
      header.putLong(MSGHDR_IOV, call.asked[1]).putLong(MSGHDR_IOV_COUNT, call.asked[2]);
      storeHeader();
      call.asked[1] = scratchHeader();
      call.asked[2] = TransferFlags.MSG_DONTWAIT;
    } else {
      boolean message = call.number == SENDMSG.number() || call.number == RECVMSG.number();
      call.asked[message ? 2 : 3] |= TransferFlags.MSG_DONTWAIT;
    }
  }

  /** What the kernel wrote into our copy of a message header goes into the service's. */
  void finish(CallInFlight call, long result) {
    if (call.row != RECVMSG || call.asked[1] != scratchHeader()) {
      return;
    }
    ByteBuffer from = received;
    if (result >= 0) {
      if (!loadHeader()) {
        return;
      }
      from = header;
    } else if (call.transferred == 0) {
      return;
    }
    vectors.store(from, MSGHDR_NAME_LENGTH, Integer.BYTES, call.arguments[1]);
    int length = MSGHDR_FLAGS + Integer.BYTES - MSGHDR_CONTROL_LENGTH;
    vectors.store(from, MSGHDR_CONTROL_LENGTH, length, call.arguments[1]);
  }

  /** Whether the part of a recvmsg that has returned brought descriptors or credentials. */
  boolean broughtControl() {
    return loadHeader()
        && header.getLong(MSGHDR_CONTROL) != 0
        && header.getLong(MSGHDR_CONTROL_LENGTH) != 0;
  }

  /** Keeps what a part of a recvmsg wrote into its header, for the case that no other comes. */
  void keepHeader() {
    if (loadHeader()) {
      received.clear();
      received.put(0, header, 0, MSGHDR_SIZE);
    }
  }

  private boolean loadHeader() {
    return vectors.load(header, scratchHeader(), MSGHDR_SIZE);
  }

  private boolean storeHeader() {
    return vectors.store(header, 0, MSGHDR_SIZE, scratchHeader());
  }

  private long scratchHeader() {
    return member.room().scratch().value() + SCRATCH_HEADER;
  }

  private long scratchIovecs() {
    return member.room().scratch().value() + SCRATCH_IOVECS;
  }
}
