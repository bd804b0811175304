package org.ftrun.eventlog;

/**
 * Reads the log in a loop that also waits for something else, as a tracer does: nothing here waits.
 * Belongs to one thread.
 */
public final class EventReader {
  private static final long NOTHING_CONSUMED = -1;

  private final SharedSequence cursor;
  private final SharedSequence released;
  private final int slots;
  private final Event event;

  /** The last event that was consumed; the shared word is only told. */
  private long consumed;

  /** The cursor when it was looked at last. */
  private long published;

  EventReader(LogMemory memory, SharedSequence cursor, SharedSequence released) {
    this.cursor = cursor;
    this.released = released;
    this.slots = memory.layout().slots();
    this.event = new Event(memory);
    this.consumed = released.get();
    this.published = consumed;
    if (consumed < NOTHING_CONSUMED || consumed > Long.MAX_VALUE - slots) {
      throw new CorruptEventException(consumed, "consumer sequence", consumed);
    }
  }

  /**
   * The next event that is not consumed, or null when there is none yet. Has no side effect: it
   * returns the same event until {@link #consume()}.
   *
   * @throws CorruptEventException if the log does not hold what a writer writes
   */
  public Event peek() {
    long next = consumed + 1;
    if (event.sequence() == next) {
      return event;
    }
    if (next > published && next > refresh()) {
      return null;
    }
    event.moveTo(next);
    return event;
  }

  /**
   * Consumes the event that was peeked, and lets the writer overwrite it.
   *
   * @throws IllegalStateException if no event was peeked
   */
  public void consume() {
    if (event.sequence() != consumed + 1) {
      throw new IllegalStateException("no event was peeked after event " + consumed);
    }
    consumed++;
    released.set(consumed);
  }

  /**
   * Number of published events that are not consumed.
   *
   * @throws CorruptEventException if the cursor cannot be true
   */
  public long lag() {
    return refresh() - consumed;
  }

  /**
   * Takes note of what the service's own thread has consumed since this reader did. That thread
   * must stand still.
   *
   * @throws CorruptEventException if what it says cannot be true
   */
  public void catchUp() {
    long now = released.get();
    if (now == consumed) {
      return;
    }
    long last = cursor.get();
    if (now < consumed || now > last || last > now + slots) {
      throw new CorruptEventException(consumed + 1, "consumer sequence", now);
    }
    consumed = now;
    published = last;
  }

  /** Sequence number of the last event that was consumed, -1 before the first. */
  public long consumed() {
    return consumed;
  }

  /**
   * Consumes without reading it everything that is published.
   *
   * @throws CorruptEventException if the cursor cannot be true
   */
  public void skipToCursor() {
    consumed = refresh();
    released.set(consumed);
  }

  private long refresh() {
    long now = cursor.get();
    if (now < published || now > consumed + slots) {
      throw new CorruptEventException(consumed + 1, "cursor", now);
    }
    published = now;
    return now;
  }
}
