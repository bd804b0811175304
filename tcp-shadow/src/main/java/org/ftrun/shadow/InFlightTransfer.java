package org.ftrun.shadow;

/** A transfer that was under way when a member died, with the kernel's counters of that moment. */
public final class InFlightTransfer {
  private final ServiceDescriptor descriptor;
  private final boolean received;
  private final InFlightEvidence evidence;

  InFlightTransfer(ServiceDescriptor descriptor, boolean received, InFlightEvidence evidence) {
    this.descriptor = descriptor;
    this.received = received;
    this.evidence = evidence;
  }

  /** The service's descriptor. */
  public ServiceDescriptor descriptor() {
    return descriptor;
  }

  /**
   * The bytes it moved that the log does not have.
   *
   * @param logged its connection as of the end of the log
   */
  public InFlightBytes moved(ShadowConnection logged) {
    InFlightVerdict verdict = evidence.judge(logged);
    return received ? verdict.received() : verdict.sent();
  }

  @Override
  public String toString() {
    return (received ? "input from" : "output to")
        + " descriptor "
        + descriptor.descriptor()
        + " of process "
        + descriptor.process();
  }
}
