package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Learns of a tracee's stops and its end from the kernel (wait4(2), waitid(2)). A stop is read at
 * once, or only looked at, so that PTRACE_CONT reads it: then its signal reaches the tracee if the
 * tracer dies in between. For the tracer thread only.
 */
final class StopReader {
  private static final int P_PID = 1;

  /** Offset of si_pid in the siginfo_t that waitid fills. */
  private static final int SI_PID_OFFSET = 16;

  private static final int SI_CODE_OFFSET = 8;
  private static final int SI_STATUS_OFFSET = 24;
  private static final int SIGINFO_BYTES = 128;
  private static final int EINTR = 4;
  private static final int ECHILD = 10;
  private static final int WNOHANG = 1;
  private static final int WSTOPPED = 2;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x0100_0000;
  private static final int PEEK = WNOHANG | WSTOPPED | WEXITED | WNOWAIT;
  private static final int CLD_DUMPED = 3;
  private static final int STOPPED = 0x7f;
  private static final int WALL = 0x4000_0000;

  private final int pid;
  private final Stop stop = new Stop();
  private final NativeMemory request = NativeMemory.allocate(SIGINFO_BYTES);
  private boolean unread;

  /** Whether stops are only looked at, for PTRACE_CONT to consume them. */
  private boolean leavesUnread;

  private boolean resumed = true;
  private int lastStatus;

  StopReader(int pid) {
    this.pid = pid;
  }

  /** The next stop or end; NONE when interrupted by a signal to us. */
  Stop await() {
    return waitFor(WALL);
  }

  /** As {@link #await}, but NONE at once if there is nothing. */
  Stop poll() {
    return waitFor(WALL | WNOHANG);
  }

  /** The stop that was reported last, until the next is awaited. */
  Stop last() {
    return stop;
  }

  /** The last stop is what is reported next once more. */
  void unread() {
    unread = true;
  }

  /** Whether a stop waits that {@link #unread} has given back. */
  boolean isUnread() {
    return unread;
  }

  /** Whether stops are only looked at. */
  boolean areLeftUnread() {
    return leavesUnread;
  }

  /** Sets whether stops are only looked at. */
  void leaveUnread(boolean leaves) {
    leavesUnread = leaves;
  }

  /** The tracee runs again: a stop that was only looked at has been read by that. */
  void resumed() {
    resumed = true;
  }

  /** The present stop, if it was only looked at, is read. */
  void read() {
    if (!leavesUnread || resumed) {
      return;
    }
    long result = Libc.call(SyscallNumber.WAIT4, pid, request.address(), WALL | WNOHANG, 0);
    if (result == pid && request.buffer().getInt(0) != lastStatus) {
      stop.decode(pid, request.buffer().getInt(0)); // killed meanwhile: that is what comes next
      unread = true;
    }
  }

  /** Whether the kernel has a stop or an end to report that nobody has waited for yet. */
  boolean hasUnread() {
    if (unread) {
      return true;
    }
    request.buffer().putInt(SI_PID_OFFSET, 0);
    long result = Libc.call(SyscallNumber.WAITID, P_PID, pid, request.address(), PEEK | WALL);
    boolean found = result == 0 && request.buffer().getInt(SI_PID_OFFSET) == pid;
    return found && (!leavesUnread || resumed || status() != lastStatus);
  }

  private Stop waitFor(int options) {
    if (unread) {
      unread = false;
      return stop;
    }
    if (leavesUnread) {
      return look(options);
    }
    long result = TracerWait.call(options, SyscallNumber.WAIT4, pid, request.address(), options, 0);
    if (result == 0 || result == -EINTR) {
      return stop.none();
    }
    if (result == -ECHILD) {
      return stop.gone(pid);
    }
    if (result < 0) {
      throw new PtraceException("wait4 of " + pid, result);
    }
    return stop.decode((int) result, request.buffer().getInt(0));
  }

  /** Waits for a stop that stays to be read, or an end, which is reaped. */
  private Stop look(int options) {
    request.buffer().putInt(SI_PID_OFFSET, 0);
    int how = WEXITED | WSTOPPED | WNOWAIT | options;
    long result = TracerWait.call(how, SyscallNumber.WAITID, P_PID, pid, request.address(), how);
    if (result == -EINTR || result == 0 && request.buffer().getInt(SI_PID_OFFSET) != pid) {
      return stop.none();
    }
    if (result == -ECHILD) {
      return stop.gone(pid);
    }
    if (result < 0) {
      throw new PtraceException("waitid of " + pid, result);
    }
    if (request.buffer().getInt(SI_CODE_OFFSET) <= CLD_DUMPED) {
      result = Libc.call(SyscallNumber.WAIT4, pid, request.address(), WALL, 0);
      return result == pid ? stop.decode(pid, request.buffer().getInt(0)) : stop.gone(pid);
    }
    int status = status();
    if (!resumed && status == lastStatus) {
      // It has been looked at already, and is waited for from where it stands.
      Libc.call(SyscallNumber.WAIT4, pid, request.address(), WALL | WNOHANG, 0);
      resumed = true;
      return stop.none();
    }
    resumed = false;
    lastStatus = status;
    return stop.decode(pid, status);
  }

  /** The status of wait4 for the stop that waitid has described. */
  private int status() {
    return request.buffer().getInt(SI_STATUS_OFFSET) << 8 | STOPPED;
  }
}
