package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.stub.StubRegion;

/**
 * What one thread has of the stub for itself: a page whose upper part is scratch room for arguments
 * of ours, the stub's stack, and its area. The first thread's is in the {@link StubRegion}, those
 * of others are mapped when they are born.
 *
 * @param base the first byte, page aligned
 */
record ThreadRoom(TraceeAddress base) {
  /** Bytes of a room. */
  static final int BYTES = StubLayout.THREAD_BYTES;

  /** The room of a process's first thread. */
  static ThreadRoom first(StubRegion stub) {
    return new ThreadRoom(stub.base().plus(StubLayout.THREAD));
  }

  /** Room for arguments of calls. */
  TraceeAddress scratch() {
    return base.plus(StubLayout.SCRATCH_IN_THREAD);
  }

  /** The area, to which the thread's gs_base points. */
  TraceeAddress area() {
    return base.plus(StubLayout.AREA_IN_THREAD);
  }
}
