package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_BYTES;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;

import java.util.Arrays;
import java.util.function.LongPredicate;

/** The message headers of recvmsg and recvmmsg as they were at entry, and what came back. */
final class Messages {
  private static final int NAME_LENGTH_BYTES = 4;
  private static final int CONTROL_LENGTH_AND_FLAGS_BYTES =
      MSGHDR_FLAGS + 4 - MSGHDR_CONTROL_LENGTH;
  private static final int BYTES_BYTES = 4;

  private final Structure header = new Structure(MMSGHDR_SIZE);
  private final Iovecs iovecs = new Iovecs();
  private Message[] messages = {new Message()};
  private int count;

  /** One header at entry. */
  private static final class Message {
    long address;
    long name;
    int nameLength;
    long control;
    long controlLength;
    int firstIovec;
    int endIovec;
  }

  /** Reads the one msghdr of recvmsg. */
  void enterOne(TraceeReader reader, long address) {
    clear();
    enter(reader, address);
  }

  /** Reads the mmsghdrs of recvmmsg. */
  void enterAll(TraceeReader reader, long address, int howMany) {
    clear();
    int last = Math.min(howMany, MAX_IOVECS);
    for (int i = 0; i < last && enter(reader, address + (long) i * MMSGHDR_SIZE); i++) {}
  }

  private void clear() {
    count = 0;
    iovecs.clear();
  }

  private boolean enter(TraceeReader reader, long address) {
    if (!header.load(reader, address, MSGHDR_SIZE)) {
      return false;
    }
    Message message = next();
    message.address = address;
    message.name = header.getLong(MSGHDR_NAME);
    message.nameLength = header.getInt(MSGHDR_NAME_LENGTH);
    message.control = header.getLong(MSGHDR_CONTROL);
    message.controlLength = header.getLong(MSGHDR_CONTROL_LENGTH);
    message.firstIovec = iovecs.count();
    iovecs.load(reader, header.getLong(MSGHDR_IOV), header.getLong(MSGHDR_IOV_COUNT));
    message.endIovec = iovecs.count();
    return true;
  }

  private Message next() {
    if (count == messages.length) {
      messages = Arrays.copyOf(messages, count * 2);
      for (int i = count; i < messages.length; i++) {
        messages[i] = new Message();
      }
    }
    return messages[count++];
  }

  /** As {@link Iovecs#anyEnd}, of all messages. */
  boolean anyEnd(LongPredicate matches) {
    return iovecs.anyEnd(matches);
  }

  /** What recvmsg wrote: {@code result} bytes of data and the header's outputs. */
  void leaveOne(TraceeReader reader, long result, OutputRegions regions) {
    if (count == 1 && header.load(reader, messages[0].address, MSGHDR_SIZE)) {
      leave(messages[0], result, regions);
    }
  }

  /** What recvmmsg wrote: {@code result} messages. */
  void leaveAll(TraceeReader reader, long result, OutputRegions regions) {
    for (int i = 0; i < count && i < result; i++) {
      Message message = messages[i];
      if (!header.load(reader, message.address, MMSGHDR_SIZE)) {
        return;
      }
      leave(message, header.getInt(MMSGHDR_BYTES) & 0xffff_ffffL, regions);
      regions.add(message.address + MMSGHDR_BYTES, BYTES_BYTES);
    }
  }

  /** In the order in which the kernel writes them. */
  private void leave(Message message, long bytes, OutputRegions regions) {
    iovecs.fill(message.firstIovec, message.endIovec, bytes, regions);
    if (message.name != 0) {
      int written = header.getInt(MSGHDR_NAME_LENGTH);
      regions.add(message.name, Math.min(message.nameLength, written));
      regions.add(message.address + MSGHDR_NAME_LENGTH, NAME_LENGTH_BYTES);
    }
    long controlWritten = header.getLong(MSGHDR_CONTROL_LENGTH);
    regions.add(message.control, Math.min(message.controlLength, controlWritten));
    regions.add(message.address + MSGHDR_CONTROL_LENGTH, CONTROL_LENGTH_AND_FLAGS_BYTES);
  }

  /** What sendmmsg wrote: the byte counts of {@code result} messages. */
  static void leaveSent(long address, long result, OutputRegions regions) {
    for (int i = 0; i < result && i < MAX_IOVECS; i++) {
      regions.add(address + (long) i * MMSGHDR_SIZE + MMSGHDR_BYTES, BYTES_BYTES);
    }
  }
}
