package org.ftrun.tracer.code;

import java.nio.ByteBuffer;
import org.ftrun.tracer.ptrace.TraceeAddress;

/** The memory that code is read from. */
@FunctionalInterface
public interface CodeMemory {
  /**
   * Reads into a direct buffer from its position to its limit; the position is not moved.
   *
   * @return bytes read; fewer than asked if the rest is not readable, 0 if nothing is
   */
  int read(TraceeAddress from, ByteBuffer into);
}
