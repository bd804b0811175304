package org.ftrun.tracer.member;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_BASE;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_BYTES;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeMemory;

/**
 * The iovecs and message headers of a transfer, in a stopped member's memory. The iovecs that were
 * loaded last are kept.
 */
final class MessageVectors {
  private static final int MSG_OOB = 1;
  private static final int TIMESPEC_BYTES = 16;

  private final MemberThread member;
  private final ByteBuffer iovecs = buffer(MAX_IOVECS * IOVEC_SIZE);
  private final ByteBuffer header = buffer(MMSGHDR_SIZE);

  MessageVectors(MemberThread member) {
    this.member = member;
  }

  /** Room for structures of the kernel. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Loads iovecs.
   *
   * @return how many; 0 if they cannot be read, or are more than the kernel takes
   */
  int load(long address, long count) {
    boolean loaded =
        count > 0 && count <= MAX_IOVECS && load(iovecs, address, (int) count * IOVEC_SIZE);
    return loaded ? (int) count : 0;
  }

  /** Address of a loaded iovec's buffer. */
  long base(int index) {
    return iovecs.getLong(index * IOVEC_SIZE + IOVEC_BASE);
  }

  /** Bytes of a loaded iovec's buffer. */
  long length(int index) {
    return iovecs.getLong(index * IOVEC_SIZE + IOVEC_LENGTH);
  }

  /** Bytes of all buffers of an array of iovecs; 0 if it cannot be loaded. */
  long bytesOf(long address, long count) {
    int loaded = load(address, count);
    long bytes = 0;
    for (int i = 0; i < loaded; i++) {
      bytes += length(i);
    }
    return bytes;
  }

  /** Bytes of all buffers of a message, by the address of its msghdr or mmsghdr. */
  long bytesOfMessage(long address) {
    return load(header, address, MSGHDR_SIZE)
        ? bytesOf(header.getLong(MSGHDR_IOV), header.getLong(MSGHDR_IOV_COUNT))
        : 0;
  }

  /** Bytes that the kernel says it has sent of a message, in its mmsghdr; -1 if unreadable. */
  long sentOf(long message) {
    return load(header, message, MMSGHDR_SIZE) ? header.getInt(MMSGHDR_BYTES) & 0xffff_ffffL : -1;
  }

  /** Whether a received message is out-of-band data, which ends a recvmmsg. */
  boolean isUrgent(long message) {
    return load(header, message, MSGHDR_SIZE) && (header.getInt(MSGHDR_FLAGS) & MSG_OOB) != 0;
  }

  /** Whether a timespec is zero: that of a recvmmsg, if the kernel found its time to be over. */
  boolean isZeroTime(long address) {
    return load(header, address, TIMESPEC_BYTES)
        && header.getLong(0) == 0
        && header.getLong(Long.BYTES) == 0;
  }

  /** Says in a message's mmsghdr how many of its bytes were sent. */
  void setSent(long message, long bytes) {
    header.clear();
    header.putInt(0, (int) bytes).limit(Integer.BYTES);
    memory().write(new TraceeAddress(message + MMSGHDR_BYTES), header);
    header.clear();
  }

  /** Loads a structure into a buffer from its beginning on; whether all of it could be read. */
  boolean load(ByteBuffer into, long address, int length) {
    into.clear().limit(length);
    boolean whole = memory().read(new TraceeAddress(address), into) == length;
    into.clear();
    return whole;
  }

  /**
   * Writes a part of a structure to the same place in another one.
   *
   * @param structure address of the other one
   * @return whether all of it could be written
   */
  boolean store(ByteBuffer from, int offset, int length, long structure) {
    from.clear().position(offset).limit(offset + length);
    boolean whole = memory().write(new TraceeAddress(structure + offset), from) == length;
    from.clear();
    return whole;
  }

  private TraceeMemory memory() {
    return member.tracee.memory();
  }
}
