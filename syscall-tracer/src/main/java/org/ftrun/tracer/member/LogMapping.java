package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/** Maps the event log into a stopped process. */
final class LogMapping {
  private static final int O_RDWR_CLOEXEC = 02 | 02000000;
  private static final int READ_WRITE = 3;
  private static final int MAP_SHARED_FIXED_NOREPLACE = 0x1 | 0x100000;

  private final MemberThread member;
  private final GroupLink group;

  LogMapping(MemberThread member, GroupLink group) {
    this.member = member;
    this.group = group;
  }

  /**
   * Maps the log at an address; registers and scratch of the process are changed.
   *
   * @return null, or why it could not be done
   */
  String map(long address) throws TraceeDiedException {
    NativeMemory path = NativeMemory.ofString(group.logPath());
    long log = Libc.call(SyscallNumber.OPEN, path.address(), O_RDWR_CLOEXEC, 0);
    if (log < 0) {
      return "the event log cannot be passed to the service: open: " + Libc.errorText((int) -log);
    }
    try {
      String refusal =
          new DescriptorMapping(member, (int) log)
              .map(
                  address,
                  group.log().layout().totalBytes(),
                  READ_WRITE,
                  MAP_SHARED_FIXED_NOREPLACE,
                  0);
      return refusal == null ? null : "the event log " + refusal;
    } finally {
      Libc.call(SyscallNumber.CLOSE, log);
    }
  }
}
