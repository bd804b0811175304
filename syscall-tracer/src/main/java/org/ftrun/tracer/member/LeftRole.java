package org.ftrun.tracer.member;

import java.util.concurrent.locks.LockSupport;

/**
 * A service that its tracer has left by ending: the kernel detaches its threads as that thread
 * exits. Until then nothing may be waited for, or what the threads were stopped for would be lost.
 */
final class LeftRole implements Role {
  private static final long LOOK_NANOS = 1_000_000;

  private final MemberThread member;
  private final GroupLink group;

  private LeftRole(MemberThread member, GroupLink group) {
    this.member = member;
    this.group = group;
  }

  /** Has another thread wait for the end of the service; the caller's is about to end. */
  static void watch(MemberThread member, GroupLink group) {
    new MemberTracer("left", -1).start().play(new LeftRole(member, group));
  }

  @Override
  public Role step() {
    if (!ProcessState.isTraced(member.pid())) {
      return new NativeRole(member, group);
    }
    LockSupport.parkNanos(LOOK_NANOS);
    return this;
  }
}
