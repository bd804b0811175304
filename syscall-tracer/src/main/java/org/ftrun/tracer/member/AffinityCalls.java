package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The service's calls that ask for cores: its threads stay on the member's core, but are told what
 * they asked for, or were given, and get it when protection ends.
 */
final class AffinityCalls {
  private static final SyscallRow SET = SyscallTable.named("sched_setaffinity");
  private static final SyscallRow GET = SyscallTable.named("sched_getaffinity");

  private final MemberThread member;

  AffinityCalls(MemberThread member) {
    this.member = member;
  }

  /** Whether the call asks for the cores of one of the service's threads. */
  boolean isAnswered(CallInFlight call) {
    return call.row == SET && target(call) != null;
  }

  /** What the kernel would have said to such a call. */
  long answer(CallInFlight call) {
    byte[] shown = shown(call);
    if (shown == null) {
      return -Errno.EFAULT;
    }
    return Affinity.ofBytes(shown).granted() == null ? -Errno.EINVAL : 0;
  }

  /** A call has succeeded, in this member or in the primary. */
  void succeeded(CallInFlight call, long result) {
    if (call.row == SET) {
      MemberThread target = target(call);
      byte[] shown = target == null ? null : shown(call);
      // The control group may have lost cores since the primary was asked.
      Affinity granted = shown == null ? null : Affinity.ofBytes(shown).granted();
      if (granted != null) {
        give(target, granted);
      }
    } else if (call.row == GET) {
      MemberThread target = target(call);
      if (target != null) {
        byte[] cores = Arrays.copyOf(target.thread().affinity.bytes(), (int) result);
        member.tracee.memory().writeBytes(new TraceeAddress(call.arguments[2]), cores);
      }
    }
  }

  /** The thread is to have these cores in its own eyes, and in truth when it is on its own. */
  static void give(MemberThread thread, Affinity affinity) {
    thread.thread().affinity = affinity;
    thread
        .tracee
        .memory()
        .writeBytes(thread.room().area().plus(StubArea.AFFINITY), affinity.bytes());
  }

  /** Has the kernel do what the thread believes; it must stand. */
  static void restore(MemberThread thread) {
    Affinity affinity = thread.thread().affinity;
    if (affinity != null) {
      affinity.give(thread.pid());
    }
  }

  private MemberThread target(CallInFlight call) {
    int id = (int) call.arguments[0];
    for (MemberThread thread : member.threads().all()) {
      if (id == 0 ? thread == member : thread.thread().id == id) {
        return thread;
      }
    }
    return null;
  }

  private byte[] shown(CallInFlight call) {
    int length = (int) Math.min(call.arguments[1] & 0xffff_ffffL, Affinity.kernelBytes());
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    boolean whole =
        member.tracee.memory().read(new TraceeAddress(call.arguments[2]), bytes) == length;
    byte[] shown = new byte[length];
    bytes.get(0, shown);
    return whole ? shown : null;
  }
}
