package org.ftrun.shadow;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.Event;

/** A slot of the log as a {@link LoggedCall}. */
final class EventCall implements LoggedCall {
  private Event event;

  EventCall of(Event current) {
    event = current;
    return this;
  }

  @Override
  public long sequence() {
    return event.sequence();
  }

  @Override
  public int threadId() {
    return event.threadId();
  }

  @Override
  public int flags() {
    return event.flags();
  }

  @Override
  public int syscall() {
    return event.syscall();
  }

  @Override
  public int descriptor() {
    return event.descriptor();
  }

  @Override
  public long result() {
    return event.result();
  }

  @Override
  public long detail() {
    return event.detail();
  }

  @Override
  public ByteBuffer payload() {
    return event.payload();
  }
}
