package org.ftrun.tracer.capture;

import java.nio.ByteBuffer;

/** Reads the memory of a stopped tracee. */
@FunctionalInterface
public interface TraceeReader {
  /**
   * Reads from {@code address} into {@code target} from its position up to its limit, and advances
   * the position by what was read.
   *
   * @return the number of bytes read, possibly fewer than asked for at the end of a mapping; 0 or
   *     less if nothing could be read, because the address is bad or the tracee died
   */
  int read(long address, ByteBuffer target);
}
