package org.ftrun.tracer.member;

/**
 * What a signal does to the service, as it set it with rt_sigaction(2).
 *
 * @param handler SIG_DFL (0), SIG_IGN (1) or the handler's address
 * @param flags SA_ flags
 * @param restorer address of the restorer
 * @param mask signals held back while the handler runs, bit n-1 for signal n
 */
record SignalAction(long handler, long flags, long restorer, long mask) {
  static final SignalAction DEFAULT = new SignalAction(0, 0, 0, 0);
  static final SignalAction IGNORE = new SignalAction(1, 0, 0, 0);

  private static final long SA_RESTART = 0x10000000L;
  private static final long SA_RESETHAND = 0x80000000L;

  boolean hasHandler() {
    return handler > 1 || handler < 0;
  }

  boolean isIgnore() {
    return handler == 1;
  }

  boolean isDefault() {
    return handler == 0;
  }

  boolean restarts() {
    return (flags & SA_RESTART) != 0;
  }

  boolean isOneShot() {
    return (flags & SA_RESETHAND) != 0;
  }
}
