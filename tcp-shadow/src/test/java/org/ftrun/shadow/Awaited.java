package org.ftrun.shadow;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a limit. */
final class Awaited {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Awaited() {}

  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never came: " + what);
      }
      Thread.yield();
    }
  }
}
