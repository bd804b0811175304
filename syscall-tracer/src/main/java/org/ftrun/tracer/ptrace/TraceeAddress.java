package org.ftrun.tracer.ptrace;

/**
 * An address in a tracee's memory; never one of ours.
 *
 * @param value the address as the kernel sees it
 */
public record TraceeAddress(long value) {
  /** The address {@code bytes} further on. */
  public TraceeAddress plus(long bytes) {
    return new TraceeAddress(value + bytes);
  }

  @Override
  public String toString() {
    return "0x" + Long.toHexString(value);
  }
}
