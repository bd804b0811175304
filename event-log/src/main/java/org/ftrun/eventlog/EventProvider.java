package org.ftrun.eventlog;

import com.lmax.disruptor.DataProvider;

/**
 * Gives the Disruptor's processors and pollers the events of the log, by moving one flyweight. One
 * provider a consumer: it belongs to that consumer's thread.
 */
public final class EventProvider implements DataProvider<Event> {
  private final Event event;

  EventProvider(LogMemory memory) {
    this.event = new Event(memory);
  }

  /**
   * The event with this sequence number, which must have been published; the same object each time.
   *
   * @throws CorruptEventException if the log does not hold it
   */
  @Override
  public Event get(long sequence) {
    event.moveTo(sequence);
    return event;
  }
}
