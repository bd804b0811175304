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

  /** Where the trap behind the call at EXECUTE is. */
  public long trapAfterCall() {
    return base.value() + StubLayout.EXECUTED;
  }

  /** A byte that is not 0 while trampolines lead into the stub. */
  public TraceeAddress enters() {
    return base.plus(StubLayout.ENTERS);
  }

  /** Where the address of a room of trampolines stands. */
  public TraceeAddress room(int index) {
    return base.plus(StubLayout.ROOMS + (long) index * Long.BYTES);
  }

  /** The first trampoline. */
  public TraceeAddress trampolines() {
    return base.plus(StubLayout.TRAMPOLINES);
  }

  /** Whether an address is inside the region. */
  public boolean holds(long address) {
    long offset = address - base.value();
    return offset >= 0 && offset < StubLayout.REGION_BYTES;
  }

  /** Whether a thread is in the fast path, its registers in the frame of its area. */
  public boolean isInFastPath(long rip) {
    long offset = rip - base.value();
    return offset >= StubLayout.ENTER && offset < StubLayout.TEXT_BYTES;
  }

  /** Whether the fast path's call is about to be made, behind the look at the tracer's wish. */
  public boolean isPastCheck(long rip) {
    long offset = rip - base.value();
    return offset > StubLayout.CHECK && offset <= StubLayout.CALL;
  }

  /**
   * Whether the fast path's call has returned or was interrupted, its result in rax, and perhaps
   * not in its slot.
   */
  public boolean isBehindFastCall(long rip) {
    long offset = rip - base.value();
    return offset >= StubLayout.BEHIND && offset < StubLayout.STORED;
  }

  /** Whether a thread is copying from or to the application's memory. */
  public boolean isCopying(long rip) {
    long offset = rip - base.value();
    return offset >= StubLayout.COPY && offset < StubLayout.COPY_FAULT;
  }

  /** Address of an offset in the text. */
  public long at(int offset) {
    return base.value() + offset;
  }
}
