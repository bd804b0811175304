package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * For a test, a signal that comes just while a call of the service stands interrupted by us: with
 * the system property {@code ftrun.test.signal-in-call} SIGUSR1 comes at every such time.
 */
final class SignalFault {
  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.signal-in-call";

  private static final boolean ENABLED = Boolean.getBoolean(PROPERTY);

  private SignalFault() {}

  /** A call of the service stands interrupted, which calls of ours may be made in. */
  static void strike(MemberThread member) throws TraceeDiedException {
    if (ENABLED && member.model().actions.of(Signal.SIGUSR1).hasHandler()) {
      Libc.call(SyscallNumber.KILL, member.processId(), Signal.SIGUSR1);
      member.inject(SyscallNumber.GETPID); // the signal is met there, and held
    }
  }
}
