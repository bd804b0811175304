package org.ftrun.tracer.abi;

/** Sizes and offsets, in bytes, of the structures of file calls and waits on x86-64. */
public final class FileLayout {
  public static final int STAT_SIZE = 144;
  public static final int STATX_SIZE = 256;
  public static final int STATFS_SIZE = 120;
  public static final int USTAT_SIZE = 32;

  /** {@code struct flock}. */
  public static final int FLOCK_SIZE = 32;

  public static final int FLOCK_PID = 24;

  /** {@code struct pollfd}. */
  public static final int POLLFD_SIZE = 8;

  public static final int POLLFD_DESCRIPTOR = 0;
  public static final int POLLFD_EVENTS = 4;
  public static final int POLLFD_REVENTS = 6;

  /** {@code struct epoll_event}, packed on x86-64. */
  public static final int EPOLL_EVENT_SIZE = 12;

  public static final int EPOLL_EVENT_EVENTS = 0;
  public static final int EPOLL_EVENT_DATA = 4;

  /** {@code struct file_handle} without its handle. */
  public static final int FILE_HANDLE_SIZE = 8;

  /** {@code struct winsize}. */
  public static final int WINSIZE_SIZE = 8;

  /** The kernel's {@code struct termios}, not the C library's. */
  public static final int TERMIOS_SIZE = 36;

  /** {@code struct ifreq}. */
  public static final int IFREQ_SIZE = 40;

  /** {@code struct ifconf}. */
  public static final int IFCONF_SIZE = 16;

  public static final int IFCONF_LENGTH = 0;
  public static final int IFCONF_BUFFER = 8;

  /** {@code struct f_owner_ex}. */
  public static final int OWNER_SIZE = 8;

  public static final int CACHESTAT_SIZE = 40;

  private FileLayout() {}
}
