package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_BASE;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MAX_IOVECS;

import java.util.Arrays;
import java.util.function.LongPredicate;

/** The iovecs of a call as they were at its entry; grows, never shrinks. */
final class Iovecs {
  private final Structure array = new Structure(MAX_IOVECS * IOVEC_SIZE);
  private long[] bases = new long[16];
  private long[] lengths = new long[16];
  private int count;

  void clear() {
    count = 0;
  }

  int count() {
    return count;
  }

  /** Appends an array of iovecs; nothing if it is unreadable or longer than the kernel takes. */
  void load(TraceeReader reader, long address, long howMany) {
    if (howMany <= 0 || howMany > MAX_IOVECS) {
      return;
    }
    int added = (int) howMany;
    if (!array.load(reader, address, added * IOVEC_SIZE)) {
      return;
    }
    if (count + added > bases.length) {
      int capacity = Math.max(bases.length * 2, count + added);
      bases = Arrays.copyOf(bases, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
    }
    for (int i = 0; i < added; i++) {
      bases[count] = array.getLong(i * IOVEC_SIZE + IOVEC_BASE);
      lengths[count++] = array.getLong(i * IOVEC_SIZE + IOVEC_LENGTH);
    }
  }

  /** Whether the address of the first or the last byte of one of the buffers matches. */
  boolean anyEnd(LongPredicate matches) {
    for (int i = 0; i < count; i++) {
      if (lengths[i] > 0 && (matches.test(bases[i]) || matches.test(bases[i] + lengths[i] - 1))) {
        return true;
      }
    }
    return false;
  }

  /** Adds what {@code bytes} bytes fill of the iovecs from {@code first} to before {@code end}. */
  void fill(int first, int end, long bytes, OutputRegions regions) {
    long left = bytes;
    for (int i = first; i < end && left > 0; i++) {
      long part = Math.min(left, Math.max(0, lengths[i]));
      regions.add(bases[i], part);
      left -= part;
    }
  }
}
