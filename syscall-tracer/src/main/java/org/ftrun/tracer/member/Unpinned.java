package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/**
 * What a thread does that must not be where the tracer is that starts it: the kernel lets threads
 * inherit the cores of their creator (sched_setaffinity(2)).
 */
public final class Unpinned implements Runnable {
  private final Runnable task;

  /**
   * A task as it is, for whichever core is free.
   *
   * @param task to be run by a thread of its own
   */
  public Unpinned(Runnable task) {
    this.task = task;
  }

  /** Gives the calling thread the cores of the process's first thread. */
  @Override
  public void run() {
    Affinity.of((int) Libc.call(SyscallNumber.GETPID)).give(0);
    task.run();
  }
}
