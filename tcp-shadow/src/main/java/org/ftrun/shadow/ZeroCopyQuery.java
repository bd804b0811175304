package org.ftrun.shadow;

/** The start of {@code struct tcp_zerocopy_receive} (linux/tcp.h), up to and with {@code inq}. */
final class ZeroCopyQuery {
  /** Offset of {@code inq}: sequence numbers that are unread, at least 1 once a FIN arrived. */
  static final int UNREAD = 16;

  /**
   * Bytes to ask for. With the next field the kernel would take the socket's pending error from its
   * owner.
   */
  static final int SIZE = 20;

  private ZeroCopyQuery() {}
}
