package org.ftrun.tracer.member;

import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;

import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * How far a blocking transfer has come that an interruption of ours cut short: the kernel is asked
 * for the rest, again and again ({@link TransferRequest}), and the service sees one call.
 *
 * <p>The position is {@link CallInFlight#transferred}: bytes, but for sendmmsg the number of
 * messages that are sent, shifted by 32, and the bytes of the next one, and for recvmmsg the number
 * of those that are received, shifted likewise. From the position and the service's arguments alone
 * the rest can be asked for, by a successor too.
 */
final class PartialTransfer {
  private static final SyscallRow SENDMMSG = SyscallTable.named("sendmmsg");
  private static final SyscallRow RECVMSG = SyscallTable.named("recvmsg");
  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  private final MessageVectors vectors;
  private final TransferRequest request;

  PartialTransfer(MessageVectors vectors, TransferRequest request) {
    this.vectors = vectors;
    this.request = request;
  }

  /** Whether a call hands over bytes, of which its result may tell that they were not all. */
  static boolean sends(SyscallRow row) {
    return row.transfersOutput() || row == SENDMMSG;
  }

  private static boolean goesInParts(CallInFlight call, int pid) {
    return call.waitsForAll
        || sends(call.row)
        || call.row == RECVMMSG
        || FileReads.isOne(call, pid);
  }

  /**
   * Where a call stands that has returned.
   *
   * @param result what the kernel returned for the part that was asked for last
   * @param pid a process that has the service's descriptors
   * @return the position from which it has to go on if it was cut short, -1 if all is done
   */
  long positionAfter(CallInFlight call, long result, int pid) {
    if (result <= 0 || !goesInParts(call, pid)) {
      return -1;
    }
    switch (TransferShape.of(call.row)) {
      case NONE:
        return -1;
      case MESSAGES:
        return call.row == RECVMMSG ? receivedAfter(call, result) : sentAfter(call, result);
      case MESSAGE:
        if (call.row == RECVMSG && request.broughtControl()) {
          return -1; // a stream ends a receive where descriptors or credentials come
        }
        break;
      default:
        break;
    }
    long position = call.transferred + result;
    return position < total(call) ? position : -1;
  }

  private long total(CallInFlight call) {
    long bytes;
    TransferShape shape = TransferShape.of(call.row);
    switch (shape) {
      case BUFFER:
        bytes = call.arguments[2];
        break;
      case VECTOR:
        bytes = vectors.bytesOf(call.arguments[1], call.arguments[2]);
        break;
      case MESSAGE:
        bytes = vectors.bytesOfMessage(call.arguments[1]);
        break;
      default:
        bytes = call.arguments[shape.countArgument()];
        break;
    }
    return bytes < 0 ? OutputRegions.MAX_LENGTH : Math.min(bytes, OutputRegions.MAX_LENGTH);
  }

  private long receivedAfter(CallInFlight call, long result) {
    long received = (call.transferred >>> 32) + result;
    boolean all =
        received >= Math.min(call.arguments[2] & 0xffff_ffffL, MAX_IOVECS)
            || TransferFlags.waitsForOne(call)
            || vectors.isUrgent(message(call, received - 1))
            || call.asked[4] != 0 && vectors.isZeroTime(call.asked[4]);
    return all ? -1 : received << 32;
  }

  private long sentAfter(CallInFlight call, long result) {
    long sent = call.transferred >>> 32;
    long bytes = call.transferred & 0xffff_ffffL;
    if (bytes > 0) {
      bytes += result;
      if (bytes < vectors.bytesOfMessage(message(call, sent))) {
        return sent << 32 | bytes;
      }
      sent++;
    } else {
      sent += result;
      long last = message(call, sent - 1);
      long lastBytes = vectors.sentOf(last);
      if (lastBytes < 0) {
        return -1;
      }
      if (lastBytes > 0 && lastBytes < vectors.bytesOfMessage(last)) {
        return sent - 1 << 32 | lastBytes;
      }
    }
    return sent < Math.min(call.arguments[2] & 0xffff_ffffL, MAX_IOVECS) ? sent << 32 : -1;
  }

  /** Address of one of the mmsghdrs of a sendmmsg or recvmmsg. */
  static long message(CallInFlight call, long index) {
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
      vectors.setSent(message(call, sent), bytes + Math.max(0, result));
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
    if (call.row == RECVMSG) {
      request.keepHeader();
    }
    boolean nextMessage =
        TransferShape.of(call.row) == TransferShape.MESSAGES
            && (call.transferred & 0xffff_ffffL) > 0
            && position >>> 32 > call.transferred >>> 32;
    if (nextMessage) {
      long message = message(call, call.transferred >>> 32);
      vectors.setSent(message, vectors.bytesOfMessage(message));
    }
    call.transferred = position;
  }
}
