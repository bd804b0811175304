package org.ftrun.daemon.group;

import java.util.ArrayDeque;

/**
 * Whether another replica is worth the seeding after one was lost. Tests that lose many allow more
 * by the system property {@code ftrun.test.losses}.
 */
final class LossPolicy {
  private static final int MOST = Integer.getInteger("ftrun.test.losses", 3);
  private static final long WITHIN_NANOS = 60_000_000_000L;

  private final ArrayDeque<Long> recent = new ArrayDeque<>();

  /** Counts a loss; false when there were more than three within a minute. */
  synchronized boolean mayTryAgain() {
    long now = System.nanoTime();
    recent.add(now);
    while (now - recent.peek() > WITHIN_NANOS) {
      recent.remove();
    }
    return recent.size() <= MOST;
  }
}
