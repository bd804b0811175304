package org.ftrun.tracer.ptrace;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Threads that one tracer thread traces, whichever of them stops first. A stop that has been
 * reported must be resumed from, or {@link Tracee#read() read}, before the next is awaited: else it
 * is what the kernel reports again.
 */
public final class Tracees {
  private static final int P_ALL = 0;

  /** WSTOPPED, WEXITED, WNOWAIT, __WALL and __WNOTHREAD. */
  private static final int LOOK = 2 | 4 | 0x0100_0000 | 0x4000_0000 | 0x2000_0000;

  private static final int WNOHANG = 1;

  /** __WALL and WNOHANG. */
  private static final int TAKE = 0x4000_0000 | WNOHANG;

  private static final int SI_PID_OFFSET = 16;
  private static final int EINTR = 4;
  private static final int ECHILD = 10;

  private final Map<Integer, Tracee> all = new HashMap<>();

  /** Threads that have stopped before anybody knew of them: newborns. */
  private final Set<Integer> early = new HashSet<>();

  private final NativeMemory request = NativeMemory.allocate(128);
  private final Stop none = new Stop();

  /** A further one. */
  public void add(Tracee tracee) {
    all.put(tracee.pid(), tracee);
  }

  /** One that is gone. */
  public void remove(Tracee tracee) {
    all.remove(tracee.pid());
  }

  /** Whether a newborn has stopped for the first time already; asked once. */
  public boolean hasStoppedEarly(int tid) {
    return early.remove(tid);
  }

  /** Waits for any one's next stop or end; returns NONE when interrupted by a signal to us. */
  public Stop await() {
    return waitFor(LOOK);
  }

  /** As {@link #await}, but returns NONE at once if there is nothing. */
  public Stop poll() {
    return waitFor(LOOK | WNOHANG);
  }

  private Stop waitFor(int how) {
    for (Tracee tracee : all.values()) {
      if (tracee.stops().isUnread()) {
        return tracee.await();
      }
    }
    request.buffer().putInt(SI_PID_OFFSET, 0);
    long result = TracerWait.call(how, SyscallNumber.WAITID, P_ALL, 0, request.address(), how);
    if (result == -EINTR) {
      return none.none();
    }
    if (result == -ECHILD) {
      return anyGone();
    }
    if (result < 0) {
      throw new PtraceException("waitid", result);
    }
    int tid = request.buffer().getInt(SI_PID_OFFSET);
    if (tid == 0) {
      return none.none();
    }
    Tracee tracee = all.get(tid);
    if (tracee != null) {
      return tracee.poll();
    }
    if (Libc.call(SyscallNumber.WAIT4, tid, request.address(), TAKE, 0) == tid) {
      StopKind kind = none.decode(tid, request.buffer().getInt(0)).kind();
      if (kind == StopKind.TRAP) {
        early.add(tid);
      } else {
        Libc.call(
            SyscallNumber.PTRACE,
            PtraceRequest.CONT,
            tid,
            0,
            0); // killed before anybody knew of it
      }
    }
    return none.none();
  }

  /** None of them is there any more. */
  private Stop anyGone() {
    for (Tracee tracee : all.values()) {
      return tracee.poll();
    }
    return none.none();
  }
}
