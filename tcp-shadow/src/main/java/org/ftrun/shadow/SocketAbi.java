package org.ftrun.shadow;

/**
 * Numbers of the kernel's socket interface on x86-64, from linux/tcp.h, linux/in.h, asm/socket.h,
 * asm/ioctls.h and linux/socket.h. A test compares each with the machine's headers.
 */
final class SocketAbi {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_STREAM = 1;

  /** The bits of socket(2)'s second argument that are the type and not SOCK_NONBLOCK and such. */
  static final int SOCK_TYPE_MASK = 0xf;

  static final int IPPROTO_TCP = 6;

  static final int SOL_SOCKET = 1;
  static final int SO_REUSEADDR = 2;
  static final int SO_ERROR = 4;
  static final int SO_PROTOCOL = 38;

  static final int TCP_MAXSEG = 2;
  static final int TCP_INFO = 11;
  static final int TCP_REPAIR = 19;
  static final int TCP_REPAIR_QUEUE = 20;
  static final int TCP_QUEUE_SEQ = 21;
  static final int TCP_TIMESTAMP = 24;
  static final int TCP_REPAIR_WINDOW = 29;
  static final int TCP_ZEROCOPY_RECEIVE = 35;

  static final int TCP_REPAIR_ON = 1;
  static final int TCP_REPAIR_OFF = 0;

  /** Off without the window probe that TCP_REPAIR_OFF sends. */
  static final int TCP_REPAIR_OFF_NO_WP = -1;

  static final int TCP_RECV_QUEUE = 1;
  static final int TCP_SEND_QUEUE = 2;

  static final int TCPI_OPT_TIMESTAMPS = 1;
  static final int TCPI_OPT_SACK = 2;
  static final int TCPI_OPT_WSCALE = 4;

  static final int SIOCINQ = 0x541b;
  static final int SIOCOUTQ = 0x5411;

  static final int MSG_OOB = 0x1;
  static final int MSG_PEEK = 0x2;
  static final int MSG_ERRQUEUE = 0x2000;
  static final int MSG_FASTOPEN = 0x20000000;

  static final int SHUT_RD = 0;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;

  static final int F_DUPFD = 0;
  static final int F_DUPFD_CLOEXEC = 1030;

  static final int CLOSE_RANGE_CLOEXEC = 4;

  static final int POLLERR = 0x8;

  private SocketAbi() {}
}
