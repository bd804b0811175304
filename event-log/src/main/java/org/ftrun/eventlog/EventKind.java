package org.ftrun.eventlog;

/** What an event tells. The codes are part of the layout: they are never reused. */
public enum EventKind {
  /** No event: the answer for every code that is not known. Never published. */
  INVALID(0),
  /** A system call of the primary, with its result and what the kernel wrote. */
  SYSCALL(1),
  /** A signal delivered to the service; the payload is its siginfo. */
  SIGNAL(2),
  /** A read of the time stamp counter; the result is its value. */
  RDTSC(3),
  /** A cpuid; the payload is the registers it answered. */
  CPUID(4),
  /** A transfer that was under way when the primary died: part of it has happened. */
  PARTIAL(5),
  /** The service ends by itself. */
  EXIT(6),
  /** A point in the log that a consumer waits for; it changes nothing. */
  MARK(7),
  /** Memory that a call wrote, ahead of the call's own event; the detail is its address. */
  MEMORY(8),

  /** A thread that was born begins to run: its turn comes before any call of its own. */
  START(9),

  /** A thread that turns in a loop gives up its turn there; the payload is its registers. */
  YIELD(10);

  private static final EventKind[] BY_CODE = values();

  private final byte code;

  EventKind(int code) {
    this.code = (byte) code;
  }

  /** The code in the slot. */
  public byte code() {
    return code;
  }

  /** The kind with this code; {@link #INVALID} when there is none, for the log is untrusted. */
  public static EventKind of(byte code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : INVALID;
  }
}
