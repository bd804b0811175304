package org.ftrun.tracer.ptrace;

/** What wait4(2) reports of a tracee. */
public enum StopKind {
  /** Nothing to report: WNOHANG, or the wait was interrupted. */
  NONE,
  /** A signal is about to be delivered; SIGSYS of Syscall User Dispatch is one of these. */
  SIGNAL,
  /** PTRACE_INTERRUPT, the end of a group stop, or the first stop of a newborn. */
  TRAP,
  /** The process is stopped by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU. */
  GROUP_STOP,
  /** PTRACE_EVENT_EXEC: the new image is in place, execve has not returned yet. */
  EXEC,
  /** PTRACE_EVENT_FORK, VFORK or CLONE. */
  BIRTH,
  /** PTRACE_EVENT_EXIT: the thread is on its way out, registers and memory still there. */
  EXITING,
  /** Entry or exit of a call, after PTRACE_SYSCALL. */
  SYSCALL,
  /**
   * A ptrace event that changes nothing here, such as PTRACE_EVENT_VFORK_DONE or SECCOMP: the
   * thread is to be resumed.
   */
  OTHER,
  /** The process has ended by exit; it is reaped. */
  EXITED,
  /** The process has been ended by a signal; it is reaped. */
  KILLED,
  /** There is no such tracee (any more). */
  GONE
}
