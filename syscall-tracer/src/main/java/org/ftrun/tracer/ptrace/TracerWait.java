package org.ftrun.tracer.ptrace;

/**
 * Whether a tracer thread waits in the kernel for a stop. Whoever wants it interrupts that by a
 * signal, which is worth nothing to a thread that works: it looks up by itself before it waits. A
 * signal that comes after the last look and before the kernel waits is lost all the same.
 */
public final class TracerWait {
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
