package org.ftrun.shadow;

/**
 * What the kernel has done for a connection that is not in the log.
 *
 * @param received bytes handed to the service beyond the log
 * @param sent bytes accepted from the service beyond the log
 */
public record InFlightVerdict(InFlightBytes received, InFlightBytes sent) {

  static InFlightVerdict unknown(String doubt) {
    return new InFlightVerdict(InFlightBytes.unknown(doubt), InFlightBytes.unknown(doubt));
  }

  /** Whether both directions are known exactly. */
  public boolean isExact() {
    return received.isExact() && sent.isExact();
  }
}
