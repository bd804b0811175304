package org.ftrun.shadow;

/**
 * How many bytes moved in one direction that the log does not have.
 *
 * @param atLeast lower bound
 * @param atMost upper bound
 * @param doubt why the bounds differ, for a person; empty if they do not
 */
public record InFlightBytes(long atLeast, long atMost, String doubt) {

  static InFlightBytes exactly(long bytes) {
    return new InFlightBytes(bytes, bytes, "");
  }

  static InFlightBytes between(long atLeast, long atMost, String doubt) {
    return atLeast == atMost ? exactly(atLeast) : new InFlightBytes(atLeast, atMost, doubt);
  }

  static InFlightBytes unknown(String doubt) {
    return new InFlightBytes(0, Long.MAX_VALUE, doubt);
  }

  /** Whether {@link #atLeast} is the number. */
  public boolean isExact() {
    return doubt.isEmpty();
  }
}
