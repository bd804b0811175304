package org.ftrun.tracer.abi;

/** Sizes and offsets, in bytes, of the kernel's signal structures on x86-64. */
public final class SignalLayout {
  /** The kernel's {@code sigset_t}: bit n-1 is signal n. */
  public static final int SIGSET_SIZE = 8;

  /** The kernel's {@code struct sigaction}, not the C library's. */
  public static final int SIGACTION_SIZE = 32;

  public static final int SIGACTION_HANDLER = 0;
  public static final int SIGACTION_FLAGS = 8;
  public static final int SIGACTION_RESTORER = 16;
  public static final int SIGACTION_MASK = 24;

  /** {@code siginfo_t}. */
  public static final int SIGINFO_SIZE = 128;

  public static final int SIGINFO_SIGNAL = 0;
  public static final int SIGINFO_ERROR = 4;
  public static final int SIGINFO_CODE = 8;
  public static final int SIGINFO_PID = 16;
  public static final int SIGINFO_UID = 20;
  public static final int SIGINFO_STATUS = 24;

  /** The faulting address, or for SIGSYS that of the instruction behind the call. */
  public static final int SIGINFO_ADDRESS = 16;

  /** SIGSYS: the system call number. */
  public static final int SIGINFO_SYSCALL = 24;

  /** SIGSYS: the AUDIT_ARCH value. */
  public static final int SIGINFO_ARCH = 28;

  /** Of a POSIX timer's signal: its id, and how often it has expired since, uncounted. */
  public static final int SIGINFO_TIMER = 16;

  public static final int SIGINFO_OVERRUN = 20;

  /** What waitid(2) writes: up to the end of the status. */
  public static final int SIGINFO_OF_WAITID_SIZE = 28;

  /** {@code stack_t}. */
  public static final int STACK_SIZE = 24;

  public static final int STACK_ADDRESS = 0;
  public static final int STACK_FLAGS = 8;
  public static final int STACK_LENGTH = 16;

  /** {@code struct signalfd_siginfo}. */
  public static final int SIGNALFD_SIGINFO_SIZE = 128;

  public static final int SIGNALFD_SIGINFO_SIGNAL = 0;
  public static final int SIGNALFD_SIGINFO_CODE = 8;
  public static final int SIGNALFD_SIGINFO_PID = 12;
  public static final int SIGNALFD_SIGINFO_TIMER = 24;
  public static final int SIGNALFD_SIGINFO_OVERRUN = 32;

  /** {@code struct sigevent}. */
  public static final int SIGEVENT_SIZE = 64;

  public static final int SIGEVENT_VALUE = 0;
  public static final int SIGEVENT_SIGNAL = 8;
  public static final int SIGEVENT_NOTIFY = 12;
  public static final int SIGEVENT_THREAD = 16;

  /** Its part that has a meaning. */
  public static final int SIGEVENT_USED = 20;

  private SignalLayout() {}
}
