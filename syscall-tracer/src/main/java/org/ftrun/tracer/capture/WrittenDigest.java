package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_BASE;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;
import static org.ftrun.tracer.capture.ArgumentDigest.mix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * A 64-bit digest of a call that also covers the bytes which the service hands to the kernel, as
 * they are before the call: buffers, also those of iovecs and message headers, addresses, control
 * data, structures, paths ({@link SyscallRow#handedOver}). The high half is that of the {@link
 * ArgumentDigest}, the low half is the bytes'; so two digests tell which of them differ. A call
 * that hands over nothing has the argument digest.
 *
 * <p>Of a call {@value #MOST_BYTES} bytes count, the first ones; of the others the number. A buffer
 * that cannot be read counts as the same, whatever it has. The stub makes the same digests
 * (digest_of in digest.c).
 *
 * <p>Reusable, allocates nothing. One instance a thread of the member; not thread-safe.
 */
public final class WrittenDigest {
  /** Bytes of one call that the digest covers. */
  public static final int MOST_BYTES = 16 << 20;

  /** The kernel reads no longer string (PATH_MAX). */
  private static final int MOST_STRING = 4096;

  private static final int PAGE = 4096;
  private static final int PIECE = 1 << 14;
  private static final int BLOCK = 4 * Long.BYTES;
  private static final long UNREADABLE = 0x756e_7265_6164_6162L;
  private static final long HIGH_HALF = 0xffff_ffff_0000_0000L;

  /** The service's memory is below. */
  private static final long ADDRESS_LIMIT = 1L << 47;

  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
  private final Structure iovec = new Structure(IOVEC_SIZE);
  private final Structure header = new Structure(MSGHDR_SIZE);
  private long digest;
  private long left;
  private boolean whole;

  /**
   * The digest of a call.
   *
   * @param row the call; its rules say what it hands over
   * @param arguments the six argument registers
   * @param reader of the memory of the thread that is about to make the call
   */
  public long of(SyscallRow row, long[] arguments, TraceeReader reader) {
    digest = 0;
    left = MOST_BYTES;
    whole = true;
    List<Integer> handedOver = row.handedOver();
    for (int i = 0; i < handedOver.size(); i++) {
      add(row.arguments(), handedOver.get(i), arguments, reader);
    }
    long ofArguments = ArgumentDigest.of(row, arguments);
    return handedOver.isEmpty() ? ofArguments : ofArguments & HIGH_HALF | digest >>> Integer.SIZE;
  }

  /** Whether all memory could be read that the latest digest was to cover. */
  public boolean isWhole() {
    return whole;
  }

  /** Whether two calls with these digests have the same arguments, but other bytes. */
  public static boolean isOfOtherBytes(long one, long other) {
    return one != other && ((one ^ other) & HIGH_HALF) == 0;
  }

  private void add(List<ArgumentRule> rules, int index, long[] arguments, TraceeReader reader) {
    long address = arguments[index];
    if (address == 0) {
      return;
    }
    int sizedBy = rules.get(index).size().argument();
    long count = sizedBy < 0 ? 1 : ArgumentDigest.value(rules, sizedBy, arguments);
    switch (rules.get(index).size().kind()) {
      case CONSTANT -> addBuffer(address, rules.get(index).size().unit(), reader);
      case STRING -> addString(address, reader);
      case ARGUMENT -> addBuffer(address, count * rules.get(index).size().unit(), reader);
      case BITS -> addBuffer(address, (count + 63 >>> 6) * Long.BYTES, reader);
      case IOVEC -> addBuffers(address, count, reader);
      case MSGHDR -> addMessage(address, reader);
      case MMSGHDR -> addMessages(address, count, reader);
      default -> throw new IllegalStateException("not written: " + rules.get(index));
    }
  }

  /** A string ends with its zero, and the memory behind it need not be there. */
  private void addString(long address, TraceeReader reader) {
    int length = 0;
    while (length < MOST_STRING) {
      int toEnd = PAGE - (int) ((address + length) % PAGE);
      int bytes = Math.min(toEnd, MOST_STRING - length);
      if (load(address + length, bytes, reader) < 0) {
        unreadable();
        return;
      }
      for (int i = 0; i < bytes; i++) {
        if (piece.get(i) == 0) {
          addBuffer(address, length + i + 1L, reader);
          return;
        }
      }
      length += bytes;
    }
    addBuffer(address, length, reader);
  }

  private void addMessages(long address, long count, TraceeReader reader) {
    for (int i = 0; i < Math.min(count, MAX_IOVECS); i++) {
      if (!addMessage(address + (long) i * MMSGHDR_SIZE, reader)) {
        return; // the kernel sends those in front of it
      }
    }
  }

  private boolean addMessage(long address, TraceeReader reader) {
    if (!fetch(header, address, MSGHDR_SIZE, reader)) {
      unreadable();
      return false;
    }
    long nameLength = header.getInt(MSGHDR_NAME_LENGTH) & 0xffff_ffffL;
    addBuffer(header.getLong(MSGHDR_NAME), nameLength, reader);
    addBuffers(header.getLong(MSGHDR_IOV), header.getLong(MSGHDR_IOV_COUNT), reader);
    addBuffer(header.getLong(MSGHDR_CONTROL), header.getLong(MSGHDR_CONTROL_LENGTH), reader);
    return true;
  }

  private void addBuffers(long array, long count, TraceeReader reader) {
    if (Long.compareUnsigned(count, MAX_IOVECS) > 0) {
      unreadable();
      return;
    }
    for (int i = 0; i < count; i++) {
      if (!fetch(iovec, array + (long) i * IOVEC_SIZE, IOVEC_SIZE, reader)) {
        unreadable();
        return;
      }
      addBuffer(iovec.getLong(IOVEC_BASE), iovec.getLong(IOVEC_LENGTH), reader);
    }
  }

  private void addBuffer(long address, long length, TraceeReader reader) {
    if (address == 0) {
      return;
    }
    long bytes = OutputRegions.unsignedMin(length, left);
    left -= bytes;
    digest = mix(digest, length);
    long first = 1;
    long second = 2;
    long third = 3;
    long fourth = 4;
    for (long done = 0; done < bytes; done += PIECE) {
      int limit = load(address + done, (int) Math.min(PIECE, bytes - done), reader);
      if (limit < 0) {
        unreadable();
        return;
      }
      for (int at = 0; at < limit; at += BLOCK) {
        first = mix(first, piece.getLong(at));
        second = mix(second, piece.getLong(at + 8));
        third = mix(third, piece.getLong(at + 16));
        fourth = mix(fourth, piece.getLong(at + 24));
      }
    }
    digest = mix(mix(mix(mix(digest, first), second), third), fourth);
  }

  /** Copies to the piece and fills the last block with zeros; returns its end, -1 if unreadable. */
  private int load(long address, int length, TraceeReader reader) {
    if (!isService(address, length)) {
      return -1;
    }
    piece.clear().limit(length);
    while (piece.hasRemaining()) {
      if (reader.read(address + piece.position(), piece) <= 0) {
        return -1;
      }
    }
    piece.clear();
    int end = (length + BLOCK - 1) / BLOCK * BLOCK;
    for (int at = length; at < end; at++) {
      piece.put(at, (byte) 0);
    }
    return end;
  }

  private static boolean fetch(Structure to, long address, int length, TraceeReader reader) {
    return isService(address, length) && to.load(reader, address, length);
  }

  private static boolean isService(long address, long length) {
    return address >= 0 && address < ADDRESS_LIMIT && length <= ADDRESS_LIMIT - address;
  }

  private void unreadable() {
    digest = mix(digest, UNREADABLE);
    whole = false;
  }
}
