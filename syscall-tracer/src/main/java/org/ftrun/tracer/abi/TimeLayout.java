package org.ftrun.tracer.abi;

/** Sizes and offsets, in bytes, of the structures that hold times on x86-64. */
public final class TimeLayout {
  /** {@code struct timespec}: seconds, nanoseconds, 64 bits each. */
  public static final int TIMESPEC_SIZE = 16;

  public static final int TIMESPEC_SECONDS = 0;
  public static final int TIMESPEC_NANOSECONDS = 8;

  /** {@code struct timeval}: seconds, microseconds, 64 bits each. */
  public static final int TIMEVAL_SIZE = 16;

  public static final int TIMEVAL_SECONDS = 0;
  public static final int TIMEVAL_MICROSECONDS = 8;

  /** {@code struct itimerval}: interval and value, timevals. */
  public static final int ITIMERVAL_SIZE = 32;

  public static final int ITIMERVAL_INTERVAL = 0;
  public static final int ITIMERVAL_VALUE = 16;

  /** {@code struct itimerspec}: interval and value, timespecs. */
  public static final int ITIMERSPEC_SIZE = 32;

  public static final int ITIMERSPEC_INTERVAL = 0;
  public static final int ITIMERSPEC_VALUE = 16;

  public static final int TIMEZONE_SIZE = 8;
  public static final int TMS_SIZE = 32;
  public static final int TIMEX_SIZE = 208;
  public static final int UTIMBUF_SIZE = 16;

  private TimeLayout() {}
}
