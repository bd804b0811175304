package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.libc.Libc;

/**
 * Whether a tracer thread waits in the kernel for a stop. Whoever wants it interrupts that by a
 * signal, which is worth nothing to a thread that works: it looks up by itself before it waits. A
 * signal that comes after the last look and before the kernel waits is lost all the same.
 */
public final class TracerWait {
  private static final int WNOHANG = 1;
  private static final ThreadLocal<TracerWait> OF_THREAD = ThreadLocal.withInitial(TracerWait::new);

  private volatile boolean waiting;
  private volatile boolean wanted;

  private TracerWait() {}

  /** That of the calling thread. */
  public static TracerWait ofThread() {
    return OF_THREAD.get();
  }

  /**
   * Somebody wants the thread; any thread may say so. Its next wait ends as it begins.
   *
   * @return whether it waits already, so that only a signal tells it
   */
  public boolean want() {
    wanted = true;
    return waiting;
  }

  /**
   * Makes a call that waits, unless its options say that it must not; without it, {@code -EINTR},
   * if the thread is wanted.
   *
   * @param options of wait4 or waitid, also among the arguments
   */
  static long call(int options, int number, long first, long second, long third, long fourth) {
    if ((options & WNOHANG) != 0) {
      return Libc.call(number, first, second, third, fourth);
    }
    TracerWait wait = ofThread();
    long result = wait.begin() ? Libc.call(number, first, second, third, fourth) : -Errno.EINTR;
    wait.end();
    return result;
  }

  /** The thread is about to wait: false if it is wanted, and must not. */
  boolean begin() {
    waiting = true;
    boolean waits = !wanted;
    wanted = false;
    return waits;
  }

  /** The thread waits no more: what it is wanted for, it will see. */
  void end() {
    waiting = false;
    wanted = false;
  }
}
