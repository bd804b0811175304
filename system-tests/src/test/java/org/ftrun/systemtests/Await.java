package org.ftrun.systemtests;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for conditions that can only be asked for, never longer than a limit. */
final class Await {
  private static final long BETWEEN_QUESTIONS_NANOS = 500_000;

  private Await() {}

  /**
   * Waits until the question has an answer.
   *
   * @param limit longest wait
   * @param failure what to say if the limit is passed
   * @throws AssertionError if the limit is passed
   */
  static <T> T answer(Duration limit, Supplier<String> failure, Callable<Optional<T>> question)
      throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<T> answer = question.call();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(failure.get() + " (waited " + limit.toSeconds() + " s)");
      }
      LockSupport.parkNanos(BETWEEN_QUESTIONS_NANOS);
    }
  }

  /** Waits until the condition holds. */
  static void until(Duration limit, Supplier<String> failure, Callable<Boolean> condition)
      throws Exception {
    answer(limit, failure, () -> condition.call() ? Optional.of(true) : Optional.empty());
  }
}
