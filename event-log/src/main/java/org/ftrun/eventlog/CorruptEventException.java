package org.ftrun.eventlog;

/**
 * The memory of the event log does not hold what a writer writes. The service can do that, on
 * purpose or not, so this is an expected outcome: it ends protection, not the service.
 */
public final class CorruptEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long sequence;
  private final String field;

  CorruptEventException(long sequence, String field, long value) {
    super("corrupt event " + sequence + ": " + field + " is " + value);
    this.sequence = sequence;
    this.field = field;
  }

  /** The sequence number of the event that was to be read. */
  public long sequence() {
    return sequence;
  }

  /** The field that cannot be true, by its name in the layout. */
  public String field() {
    return field;
  }
}
