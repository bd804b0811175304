package org.ftrun.tracer.stub;

import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * Where the stub is mapped in the processes of a service: at one address in all of them.
 *
 * @param base the first byte, page aligned
 */
public record StubRegion(TraceeAddress base) {
  /** Address of the entry point EXECUTE. */
  public long execute() {
    return base.value() + StubLayout.EXECUTE;
  }

  /** Address of the entry point BIRTH. */
  public long birth() {
    return base.value() + StubLayout.BIRTH;
  }

  /** The instruction pointer of a thread that has not yet executed its call. */
  public boolean isBeforeCall(long rip) {
    return rip == execute();
  }

  /** The instruction pointer of a thread whose call has returned or was interrupted. */
  public boolean isBehindCall(long rip) {
    return rip == base.value() + StubLayout.EXECUTED;
  }

  /** The instruction pointer of a thread that has trapped after its call. */
  public boolean isTrapped(long rip) {
    return rip == base.value() + StubLayout.TRAPPED;
  }

  /** The selector byte of Syscall User Dispatch. */
  public TraceeAddress selector() {
    return base.plus(StubLayout.SELECTOR);
  }

  /** Room for arguments of calls. */
  public TraceeAddress scratch() {
    return base.plus(StubLayout.SCRATCH);
  }
}
