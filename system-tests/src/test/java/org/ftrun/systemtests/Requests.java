package org.ftrun.systemtests;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A client that asks, checks the answer and asks again, on a thread of its own. */
abstract class Requests implements Conversation {
  private final AtomicLong answered = new AtomicLong();
  private final Thread thread = new Thread(this::run, "requests");
  private volatile boolean finishing;
  private volatile String failure;

  /** Begins; to be called once the subclass is ready. */
  final void start() {
    thread.start();
  }

  /**
   * Asks and checks the answer.
   *
   * @param number how many requests there are with this one
   */
  abstract void ask(long number) throws Exception;

  /** Closes what is connected. */
  abstract void disconnect() throws IOException;

  private void run() {
    try {
      while (!finishing) {
        ask(answered.get() + 1);
        answered.incrementAndGet();
      }
    } catch (Exception | AssertionError e) {
      failure = "after " + answered + " answers: " + e;
    }
  }

  /** Requests that were answered, all of them rightly. */
  @Override
  public final long progress() {
    return answered.get();
  }

  @Override
  public final void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public final void finish() throws Exception {
    finishing = true;
    thread.join(TimeUnit.SECONDS.toMillis(20));
    check();
    if (thread.isAlive()) {
      throw new AssertionError("no answer after " + answered + " answers");
    }
  }

  @Override
  public final void close() throws IOException {
    finishing = true;
    disconnect();
  }
}
