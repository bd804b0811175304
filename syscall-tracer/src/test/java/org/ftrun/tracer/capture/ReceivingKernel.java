package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_BYTES;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;

import java.util.function.IntUnaryOperator;
import org.ftrun.tracer.syscall.SyscallRow;

/** Writes into memory what calls receive, as the kernel does it; drafts.c has the same. */
final class ReceivingKernel {
  private static final int NAMES = 100;

  private final FakeMemory memory;
  private final long seed;
  private final IntUnaryOperator nameLengths;
  private final IntUnaryOperator flags;

  /**
   * A kernel.
   *
   * @param seed of what it receives
   * @param nameLengths of the sender of each message
   * @param flags of each message
   */
  ReceivingKernel(
      FakeMemory memory, long seed, IntUnaryOperator nameLengths, IntUnaryOperator flags) {
    this.memory = memory;
    this.seed = seed;
    this.nameLengths = nameLengths;
    this.flags = flags;
  }

  /**
   * Makes a call.
   *
   * @param result bytes, messages or a descriptor
   * @param moved bytes of each message
   */
  void make(SyscallRow row, long[] arguments, long result, IntUnaryOperator moved) {
    long at = arguments[1];
    switch (row.name()) {
      case "readv", "preadv2" -> receive(0, buffers(at, arguments[2]), result);
      case "recvfrom" -> {
        receive(0, new long[] {at, arguments[2]}, result);
        name(0, arguments[4], memory.getInt(arguments[5]), arguments[5]);
      }
      case "accept" -> {
        if (at != 0) {
          name(0, at, memory.getInt(arguments[2]), arguments[2]);
        }
      }
      case "mq_timedreceive" -> {
        receive(0, new long[] {at, arguments[2]}, result);
        memory.putInt(arguments[3], flags.applyAsInt(0));
      }
      case "recvmsg" -> receiveMessage(0, at, result);
      case "recvmmsg" -> {
        for (int i = 0; i < result; i++) {
          long header = at + (long) i * MMSGHDR_SIZE;
          receiveMessage(i, header, moved.applyAsInt(i));
          memory.putInt(header + MMSGHDR_BYTES, moved.applyAsInt(i));
        }
        if (arguments[4] != 0) {
          memory.putLong(arguments[4], seed);
        }
      }
      default -> throw new IllegalArgumentException(row.name());
    }
  }

  private void receiveMessage(int message, long header, long bytes) {
    long[] buffers =
        buffers(memory.getLong(header + MSGHDR_IOV), memory.getLong(header + MSGHDR_IOV_COUNT));
    long name = memory.getLong(header + MSGHDR_NAME);
    int most = memory.getInt(header + MSGHDR_NAME_LENGTH);
    receive(message, buffers, bytes);
    if (name != 0) {
      name(message, name, most, header + MSGHDR_NAME_LENGTH);
    }
    memory.putInt(header + MSGHDR_FLAGS, flags.applyAsInt(message));
    memory.putLong(header + MSGHDR_CONTROL_LENGTH, 0);
  }

  private void name(int message, long name, int most, long lengthAt) {
    int length = nameLengths.applyAsInt(message);
    for (int i = 0; i < Math.min(most, length); i++) {
      memory.putByte(name + i, byteOf(message + NAMES, i));
    }
    memory.putInt(lengthAt, length);
  }

  /** Address and length of each. */
  private long[] buffers(long iovecs, long count) {
    long[] buffers = new long[(int) count * 2];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = memory.getLong(iovecs + (long) i * (IOVEC_SIZE / 2));
    }
    return buffers;
  }

  private void receive(int message, long[] buffers, long bytes) {
    long done = 0;
    for (int i = 0; i < buffers.length; i += 2) {
      for (long j = 0; j < buffers[i + 1] && done < bytes; j++) {
        memory.putByte(buffers[i] + j, byteOf(message, done++));
      }
    }
  }

  private int byteOf(int message, long i) {
    return (int) (seed * 31 + message * 17L + i * 7 + (i >> 8));
  }
}
