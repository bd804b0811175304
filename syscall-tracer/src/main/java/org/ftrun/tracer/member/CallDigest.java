package org.ftrun.tracer.member;

import org.ftrun.tracer.capture.ArgumentDigest;
import org.ftrun.tracer.capture.WrittenDigest;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;

/** Makes the digests by which the calls of both members are compared. */
@FunctionalInterface
interface CallDigest {
  /** Of the arguments in registers. */
  CallDigest OF_ARGUMENTS = ArgumentDigest::of;

  /**
   * The digest of a call.
   *
   * @param arguments the six argument registers
   * @throws TraceeDiedException if memory that belongs to it is gone with its process
   */
  long of(SyscallRow row, long[] arguments) throws TraceeDiedException;

  /** What the group wants compared of a member's calls. */
  static CallDigest of(MemberThread member, GroupLink group) {
    return group.comparesWrittenBytes() ? ofWrittenBytes(member) : OF_ARGUMENTS;
  }

  private static CallDigest ofWrittenBytes(MemberThread member) {
    WrittenDigest written = new WrittenDigest();
    return (row, arguments) -> {
      long digest = written.of(row, arguments, member.reader);
      if (!written.isWhole()) {
        // A bad address is the service's own affair; a process that is gone must not look like one.
        member.tracee.memory().readLong(member.room().area());
      }
      return digest;
    };
  }
}
