package org.ftrun.tracer.code;

import java.nio.ByteBuffer;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * Goes through functions instruction by instruction, from their first byte on. Questions about one
 * function that ascend cost one pass together.
 */
final class Sweep {
  private static final int WINDOW = 1 << 14;
  private static final FunctionTable.Function NONE = new FunctionTable.Function(0, 0);

  private final CodeMemory memory;
  private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW);
  private FunctionTable.Function function = NONE;

  /** Where the window's first byte comes from. */
  private long windowStart;

  /** The instruction [start, end) that was last gone through. */
  private long start;

  private long end;
  private boolean lost;

  Sweep(CodeMemory memory) {
    this.memory = memory;
  }

  /**
   * Whether a byte of a function belongs to an instruction that begins before it, with more before
   * the byte than prefixes. False also if an instruction on the way is not known.
   */
  boolean isInside(FunctionTable.Function in, long address) {
    if (!in.equals(function) || address < start) {
      begin(in);
    }
    while (!lost && end <= address) {
      step();
    }
    return !lost && start < address && !isPrefixed(address);
  }

  private void begin(FunctionTable.Function in) {
    function = in;
    start = in.start();
    end = in.start();
    lost = false;
    fill(start);
  }

  private void step() {
    if (windowStart + window.limit() - end < InstructionLength.LONGEST) {
      fill(end);
    }
    int length = InstructionLength.at(window, (int) (end - windowStart));
    lost = length < 0;
    start = end;
    end += Math.max(0, length);
  }

  /** Fills the window from an address, up to the function's end at most. */
  private void fill(long from) {
    windowStart = from;
    window.clear().limit((int) Math.min(WINDOW, function.end() - from));
    window.limit(memory.read(new TraceeAddress(from), window));
  }

  private boolean isPrefixed(long address) {
    for (long at = start; at < address; at++) {
      if (!InstructionLength.isPrefix(window.get((int) (at - windowStart)))) {
        return false;
      }
    }
    return true;
  }
}
