package org.ftrun.tracer.patch;

/**
 * Memory for trampolines, and by its place the sites that it can serve: a jump has 32 bits.
 *
 * @param start address, page aligned
 * @param bytes a multiple of the page size
 */
public record TrampolineRoom(long start, int bytes) {
  /** What is left of 2 GiB for the length of the room itself and of the jumps. */
  private static final long REACH = (1L << 31) - (1L << 20);

  /** How many trampolines there is room for. */
  int trampolines() {
    return bytes / Trampoline.BYTES;
  }

  /** Whether a site can jump to every trampoline of the room, and each of them back. */
  public boolean reaches(long site) {
    return Math.abs(site - start) < REACH;
  }

  /** Whether any byte of it is in [from, to). */
  boolean overlaps(long from, long to) {
    return Long.compareUnsigned(start, to) < 0 && Long.compareUnsigned(from, start + bytes) < 0;
  }
}
