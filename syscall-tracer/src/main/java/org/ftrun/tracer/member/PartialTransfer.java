package org.ftrun.tracer.member;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_BASE;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_BYTES;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * A blocking transfer that an interruption of ours cut short: the kernel is asked for the rest,
 * again and again, and the service sees one call. What the rest needs of iovecs and message headers
 * stands in the stub's scratch room; the service's own are not touched.
 *
 * <p>How far a call has come is its position, {@link CallInFlight#transferred}: bytes, but for
 * sendmmsg the number of messages that are sent, shifted by 32, and the bytes of the next one. From
 * the position and the service's arguments alone the rest can be asked for, by a successor too.
 */
final class PartialTransfer {
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_WAITALL = 0x100;

  /** Behind what CallEffects, TimeLeft and SocketTimeout put into the scratch room. */
  private static final int SCRATCH_HEADER = 512;

  private static final int SCRATCH_IOVECS = SCRATCH_HEADER + 64;

  /** What is longer is asked for in pieces. */
  private static final int MOST_IOVECS = (StubLayout.SCRATCH_BYTES - SCRATCH_IOVECS) / IOVEC_SIZE;

  private static final long CURRENT_POSITION = -1;

  private static final SyscallRow READ = SyscallTable.named("read");
  private static final SyscallRow READV = SyscallTable.named("readv");
  private static final SyscallRow WRITE = SyscallTable.named("write");
  private static final SyscallRow WRITEV = SyscallTable.named("writev");
  private static final SyscallRow PWRITE64 = SyscallTable.named("pwrite64");
  private static final SyscallRow PWRITEV = SyscallTable.named("pwritev");
  private static final SyscallRow PWRITEV2 = SyscallTable.named("pwritev2");
  private static final SyscallRow SENDTO = SyscallTable.named("sendto");
  private static final SyscallRow SENDMSG = SyscallTable.named("sendmsg");
  private static final SyscallRow SENDMMSG = SyscallTable.named("sendmmsg");
  private static final SyscallRow RECVFROM = SyscallTable.named("recvfrom");
  private static final SyscallRow RECVMSG = SyscallTable.named("recvmsg");

  private final Member member;
  private final ByteBuffer array = direct(MAX_IOVECS * IOVEC_SIZE);
  private final ByteBuffer rest = direct(MOST_IOVECS * IOVEC_SIZE);
  private final ByteBuffer header = direct(MMSGHDR_SIZE);

  /** What an earlier part of a recvmsg wrote into its header. */
  private final ByteBuffer received = direct(MSGHDR_SIZE);

  PartialTransfer(Member member) {
    this.member = member;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** The flags of a send or receive, or 0. */
  static long flags(CallInFlight call) {
    if (call.row == SENDTO || call.row == RECVFROM || call.row == SENDMMSG) {
      return call.arguments[3];
    }
    return call.row == SENDMSG || call.row == RECVMSG ? call.arguments[2] : 0;
  }

  /** Whether the caller forbids the call to wait, by a flag of the call's own. */
  static boolean forbidsWaiting(CallInFlight call) {
    return (flags(call) & MSG_DONTWAIT) != 0;
  }

  /** Whether the call asks to be given all bytes, as far as its arguments tell. */
  static boolean asksForAll(CallInFlight call) {
    boolean receives = call.row == RECVFROM || call.row == RECVMSG;
    return receives && (flags(call) & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) == MSG_WAITALL;
  }

  private static boolean goesInParts(CallInFlight call) {
    return call.waitsForAll || call.row.transfersOutput() || call.row == SENDMMSG;
  }

  /**
   * Where a call stands that has returned.
   *
   * @param result what the kernel returned for the part that was asked for last
   * @return the position from which it has to go on if it was cut short, -1 if all is done
   */
  long positionAfter(CallInFlight call, long result) {
    if (result <= 0 || !goesInParts(call)) {
      return -1;
    }
    switch (TransferShape.of(call.row)) {
      case NONE:
        return -1;
      case MESSAGES:
        return messagesAfter(call, result);
      case MESSAGE:
        if (call.row == RECVMSG && broughtControl()) {
          return -1; // a stream ends a receive where descriptors or credentials come
        }
        break;
      default:
        break;
    }
    long position = call.transferred + result;
    return position < total(call) ? position : -1;
  }

  private boolean broughtControl() {
    return load(header, scratchHeader(), MSGHDR_SIZE)
        && header.getLong(MSGHDR_CONTROL) != 0
        && header.getLong(MSGHDR_CONTROL_LENGTH) != 0;
  }

  private long total(CallInFlight call) {
    long bytes;
    TransferShape shape = TransferShape.of(call.row);
    switch (shape) {
      case BUFFER:
        bytes = call.arguments[2];
        break;
      case VECTOR:
        bytes = bytesOf(call.arguments[1], call.arguments[2]);
        break;
      case MESSAGE:
        bytes = bytesOfMessage(call.arguments[1]);
        break;
      default:
        bytes = call.arguments[shape.countArgument()];
        break;
    }
    return bytes < 0 ? OutputRegions.MAX_LENGTH : Math.min(bytes, OutputRegions.MAX_LENGTH);
  }

  private long messagesAfter(CallInFlight call, long result) {
    long sent = call.transferred >>> 32;
    long bytes = call.transferred & 0xffff_ffffL;
    if (bytes > 0) {
      bytes += result;
      if (bytes < bytesOfMessage(message(call, sent))) {
        return sent << 32 | bytes;
      }
      sent++;
    } else {
      sent += result;
      long last = message(call, sent - 1);
      if (!load(header, last, MMSGHDR_SIZE)) {
        return -1;
      }
      long lastBytes = header.getInt(MMSGHDR_BYTES) & 0xffff_ffffL;
      if (lastBytes > 0 && lastBytes < bytesOfMessage(last)) {
        return sent - 1 << 32 | lastBytes;
      }
    }
    return sent < Math.min(call.arguments[2] & 0xffff_ffffL, MAX_IOVECS) ? sent << 32 : -1;
  }

  private static long message(CallInFlight call, long index) {
    return call.arguments[1] + index * MMSGHDR_SIZE;
  }

  /**
   * The result for the service.
   *
   * @param result what the kernel returned for the part that was asked for last
   */
  long resultOf(CallInFlight call, long result) {
    if (TransferShape.of(call.row) != TransferShape.MESSAGES) {
      long part = call.transferred;
      return result < 0 && part > 0 ? part : result + part;
    }
    long sent = call.transferred >>> 32;
    long bytes = call.transferred & 0xffff_ffffL;
    if (bytes > 0) {
      header.clear();
      header.putInt(0, (int) (bytes + Math.max(0, result))).limit(Integer.BYTES);
      member.tracee.memory().write(at(message(call, sent) + MMSGHDR_BYTES), header);
      header.clear();
      return sent + 1;
    }
    return result < 0 && sent > 0 ? sent : result + sent;
  }

  /** What the kernel would have returned for all that is done at a position, or one more. */
  static long resultAt(CallInFlight call, long position) {
    if (TransferShape.of(call.row) != TransferShape.MESSAGES) {
      return position;
    }
    return (position >>> 32) + ((position & 0xffff_ffffL) > 0 ? 1 : 0);
  }

  /** Takes over the position from which the call goes on. */
  void advance(CallInFlight call, long position) {
    if (call.row == RECVMSG && load(header, scratchHeader(), MSGHDR_SIZE)) {
      received.clear();
      received.put(0, header, 0, MSGHDR_SIZE);
    }
    boolean nextMessage =
        TransferShape.of(call.row) == TransferShape.MESSAGES
            && (call.transferred & 0xffff_ffffL) > 0
            && position >>> 32 > call.transferred >>> 32;
    if (nextMessage) {
      long sent = call.transferred >>> 32;
      header.clear();
      header.putInt(0, (int) bytesOfMessage(message(call, sent))).limit(Integer.BYTES);
      member.tracee.memory().write(at(message(call, sent) + MMSGHDR_BYTES), header);
    }
    call.transferred = position;
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
        if (call.row == PWRITE64) {
          call.asked[3] = call.arguments[3] + call.transferred;
        }
        break;
      case VECTOR:
        call.asked[2] = restOf(call, call.arguments[1], call.arguments[2], call.transferred);
        call.asked[1] = scratchIovecs();
        boolean positioned = call.row == PWRITEV || call.row == PWRITEV2;
        if (positioned && call.arguments[3] != CURRENT_POSITION) {
          call.asked[3] = call.arguments[3] + call.transferred;
        }
        break;
      case MESSAGE:
        askWithHeader(call, call.arguments[1], call.transferred);
        break;
      case MESSAGES:
        askForMessages(call);
        break;
      case FILE:
      case PIPE:
        int count = shape.countArgument();
        call.asked[count] = call.arguments[count] - call.transferred;
        break;
      default:
        throw new IllegalStateException(call.row + " goes not in parts");
    }
  }

  private void askForMessages(CallInFlight call) {
    long sent = call.transferred >>> 32;
    long bytes = call.transferred & 0xffff_ffffL;
    if (bytes == 0) {
      call.number = SENDMMSG.number();
      call.asked[1] = message(call, sent);
      call.asked[2] = call.arguments[2] - sent;
      call.asked[3] = call.arguments[3];
      return;
    }
    call.number = SENDMSG.number();
    askWithHeader(call, message(call, sent), bytes);
    call.asked[2] = call.arguments[3];
    call.asked[3] = 0;
    call.piece = true;
  }

  private void askWithHeader(CallInFlight call, long message, long done) {
    if (!load(header, message, MSGHDR_SIZE)) {
      return;
    }
    if (done > 0) {
      long iovecs = header.getLong(MSGHDR_IOV);
      long count = restOf(call, iovecs, header.getLong(MSGHDR_IOV_COUNT), done);
      load(header, message, MSGHDR_SIZE);
      header.putLong(MSGHDR_IOV, scratchIovecs()).putLong(MSGHDR_IOV_COUNT, count);
      if (call.row != RECVMSG) {
        header.putLong(MSGHDR_CONTROL, 0).putLong(MSGHDR_CONTROL_LENGTH, 0); // went with the first
      }
    }
    header.clear().limit(MSGHDR_SIZE);
    if (member.tracee.memory().write(at(scratchHeader()), header) == MSGHDR_SIZE) {
      call.asked[1] = scratchHeader();
    }
    header.clear();
  }

  /** Puts the iovecs behind the first {@code done} bytes into the scratch room; their number. */
  private int restOf(CallInFlight call, long iovecs, long count, long done) {
    int loaded = loadIovecs(iovecs, count);
    long skipped = done;
    int kept = 0;
    rest.clear();
    for (int i = 0; i < loaded; i++) {
      long base = array.getLong(i * IOVEC_SIZE + IOVEC_BASE);
      long length = array.getLong(i * IOVEC_SIZE + IOVEC_LENGTH);
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
    member.tracee.memory().write(at(scratchIovecs()), rest);
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
        || call.row == SENDMMSG;
  }

  /** Changes what is asked of a socket so that the kernel does not wait. */
  void askWithoutWaiting(CallInFlight call) {
    if (call.row == READ || call.row == WRITE) {
      call.number = (call.row == READ ? RECVFROM : SENDTO).number();
      call.asked[3] = MSG_DONTWAIT;
      call.asked[4] = 0;
      call.asked[5] = 0;
    } else if (call.row == READV || call.row == WRITEV) {
      call.number = (call.row == READV ? RECVMSG : SENDMSG).number();
      header.clear();
      for (int i = 0; i < MSGHDR_SIZE; i += Long.BYTES) {
        header.putLong(i, 0);
      }
      header.putLong(MSGHDR_IOV, call.asked[1]).putLong(MSGHDR_IOV_COUNT, call.asked[2]);
      header.limit(MSGHDR_SIZE);
      member.tracee.memory().write(at(scratchHeader()), header);
      call.asked[1] = scratchHeader();
      call.asked[2] = MSG_DONTWAIT;
    } else {
      boolean message = call.number == SENDMSG.number() || call.number == RECVMSG.number();
      call.asked[message ? 2 : 3] |= MSG_DONTWAIT;
    }
  }

  /** What the kernel wrote into our copy of a message header goes into the service's. */
  void finish(CallInFlight call, long result) {
    if (call.row != RECVMSG || call.asked[1] != scratchHeader()) {
      return;
    }
    ByteBuffer from = received;
    if (result >= 0) {
      if (!load(header, scratchHeader(), MSGHDR_SIZE)) {
        return;
      }
      from = header;
    } else if (call.transferred == 0) {
      return;
    }
    copy(from, MSGHDR_NAME_LENGTH, Integer.BYTES, call.arguments[1]);
    int length = MSGHDR_FLAGS + Integer.BYTES - MSGHDR_CONTROL_LENGTH;
    copy(from, MSGHDR_CONTROL_LENGTH, length, call.arguments[1]);
  }

  private void copy(ByteBuffer from, int offset, int length, long header) {
    from.clear().position(offset).limit(offset + length);
    member.tracee.memory().write(at(header + offset), from);
    from.clear();
  }

  private long bytesOfMessage(long address) {
    return load(header, address, MSGHDR_SIZE)
        ? bytesOf(header.getLong(MSGHDR_IOV), header.getLong(MSGHDR_IOV_COUNT))
        : 0;
  }

  private long bytesOf(long iovecs, long count) {
    int loaded = loadIovecs(iovecs, count);
    long bytes = 0;
    for (int i = 0; i < loaded; i++) {
      bytes += array.getLong(i * IOVEC_SIZE + IOVEC_LENGTH);
    }
    return bytes;
  }

  private int loadIovecs(long address, long count) {
    boolean loaded =
        count > 0 && count <= MAX_IOVECS && load(array, address, (int) count * IOVEC_SIZE);
    return loaded ? (int) count : 0;
  }

  private boolean load(ByteBuffer into, long address, int length) {
    into.clear().limit(length);
    boolean whole = member.tracee.memory().read(at(address), into) == length;
    into.clear();
    return whole;
  }

  private long scratchHeader() {
    return member.model().stub.scratch().value() + SCRATCH_HEADER;
  }

  private long scratchIovecs() {
    return member.model().stub.scratch().value() + SCRATCH_IOVECS;
  }

  private static TraceeAddress at(long address) {
    return new TraceeAddress(address);
  }
}
