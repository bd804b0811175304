package org.ftrun.eventlog;

import java.io.IOException;

/** A file that is not an event log of this version, or one whose sizes contradict each other. */
public final class EventLogFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  EventLogFormatException(String message) {
    super(message);
  }
}
