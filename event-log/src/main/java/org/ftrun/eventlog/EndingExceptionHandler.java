package org.ftrun.eventlog;

import com.lmax.disruptor.ExceptionHandler;

/**
 * Ends a processor at the first exception: it leaves the processor's {@code run()}. Going on would
 * mean to have missed an event.
 */
final class EndingExceptionHandler implements ExceptionHandler<Event> {
  @Override
  public void handleEventException(Throwable ex, long sequence, Event event) {
    throw asUnchecked(ex, "consumer failed at event " + sequence);
  }

  @Override
  public void handleOnStartException(Throwable ex) {
    throw asUnchecked(ex, "consumer failed to start");
  }

  @Override
  public void handleOnShutdownException(Throwable ex) {
    throw asUnchecked(ex, "consumer failed to stop");
  }

  private static RuntimeException asUnchecked(Throwable ex, String message) {
    if (ex instanceof Error error) {
      throw error;
    }
    return ex instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(message, ex);
  }
}
