package org.ftrun.tracer.syscall;

/** What primary and replica do with a system call (architecture, section 5). */
public enum SyscallClass {
  /** The primary executes; result and outputs are injected into the replica. */
  FORWARD,
  /** Both members execute; their results must be equal. */
  BOTH,
  /** The primary executes once the replica has consumed the log; the replica follows in step. */
  RENDEZVOUS,
  /** Nobody executes; the service gets the error number that makes programs fall back. */
  DENY,
  /** The primary executes and serves on alone, because the call cannot be replicated. */
  END_PROTECTION
}
