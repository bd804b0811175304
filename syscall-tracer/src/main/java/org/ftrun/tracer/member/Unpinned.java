package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/**
 * What a thread does that must not be where the tracer is that starts it, nor before others as it
 * is: the kernel lets threads inherit the cores and the nice value of their creator (clone(2)).
 */
public final class Unpinned implements Runnable {
  private static final int PRIO_PROCESS = 0;

  /** getpriority, the system call, returns 20 less the nice value. */
  private static final int NICE_OFFSET = 20;

  private final Runnable task;

  /**
   * A task as it is, for whichever core is free.
   *
   * @param task to be run by a thread of its own
   */
  public Unpinned(Runnable task) {
    this.task = task;
  }

  /** Gives the calling thread the cores and the nice value of the process's first thread. */
  @Override
  public void run() {
    int first = (int) Libc.call(SyscallNumber.GETPID);
    int own = (int) Libc.call(SyscallNumber.GETTID);
    Affinity.of(first).give(own);
    long nice = NICE_OFFSET - Libc.call(SyscallNumber.GETPRIORITY, PRIO_PROCESS, first);
    Libc.call(SyscallNumber.SETPRIORITY, PRIO_PROCESS, own, nice);
    task.run();
  }
}
