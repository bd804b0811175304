package org.ftrun.shadow;

import org.ftrun.tracer.stub.DetailRule;

/**
 * The arguments of socket calls that the shadow needs and the slot does not have, in 64 bits.
 *
 * <pre>
 *   63            32 31             0
 *  +----------------+----------------+
 *  |     second     |     first      |
 *  +----------------+----------------+
 *
 *  call                      first                       second
 *  socket                    domain                      type, protocol shifted by 16
 *  recvfrom recvmsg recvmmsg flags                       1: no bytes were asked for
 *  read readv preadv2        0                           1: no bytes were asked for
 *  sendto sendmsg sendmmsg   flags                       0
 *  splice                    descriptor written to       1: no bytes were asked for
 *  fcntl                     command                     0
 *  shutdown                  how                         0
 *  getsockopt                option                      level
 *  close_range               last descriptor             flags
 * </pre>
 */
public final class ShadowDetail {
  private static final int SECOND = 32;
  private static final long NOTHING_ASKED = 1L << SECOND;
  private static final int PROTOCOL = 16;

  private ShadowDetail() {}

  /** As {@link EventDetail#of}. */
  public static long of(int syscall, long[] arguments) {
    SocketCall call = SocketCall.of(syscall);
    if (call == null) {
      return 0;
    }
    long first = call.detailArgument < 0 ? 0 : arguments[call.detailArgument] & 0xffff_ffffL;
    switch (call.role) {
      case SOCKET:
        return packed(arguments[0], (arguments[1] & 0xffff) | arguments[2] << PROTOCOL);
      case RECEIVE, SPLICE:
        boolean nothingAsked = call.countArgument >= 0 && arguments[call.countArgument] == 0;
        return first | (nothingAsked ? NOTHING_ASKED : 0);
      case GET_OPTION:
        return packed(first, arguments[1]);
      case CLOSE_RANGE:
        return packed(first, arguments[2]);
      default:
        return first;
    }
  }

  /**
   * How the stub makes the detail of a call, the same as {@link #of}.
   *
   * @return null if it cannot, for there is more to do about the call
   */
  public static DetailRule rule(int syscall) {
    SocketCall call = SocketCall.of(syscall);
    if (call == null) {
      return DetailRule.NONE;
    }
    return switch (call.role) {
      case SOCKET, CLOSE_RANGE, CONNECT -> null;
      case GET_OPTION -> new DetailRule(DetailRule.Kind.BOTH, call.detailArgument, 1);
      case RECEIVE, SPLICE ->
          call.countArgument < 0
              ? first(call)
              : new DetailRule(DetailRule.Kind.EMPTY, call.detailArgument, call.countArgument);
      default -> first(call);
    };
  }

  private static DetailRule first(SocketCall call) {
    return call.detailArgument < 0
        ? DetailRule.NONE
        : new DetailRule(DetailRule.Kind.FIRST, call.detailArgument, -1);
  }

  private static long packed(long first, long second) {
    return first & 0xffff_ffffL | second << SECOND;
  }

  static int first(long detail) {
    return (int) detail;
  }

  static int second(long detail) {
    return (int) (detail >>> SECOND);
  }

  static boolean hasFlag(long detail, int flag) {
    return (detail & Integer.toUnsignedLong(flag)) != 0;
  }

  static boolean nothingAsked(long detail) {
    return (detail & NOTHING_ASKED) != 0;
  }

  /** Whether socket(2) was asked for TCP over IPv4 or IPv6. */
  static boolean isTcpSocket(long detail) {
    int domain = first(detail);
    int type = second(detail) & SocketAbi.SOCK_TYPE_MASK;
    int protocol = second(detail) >>> PROTOCOL;
    return (domain == SocketAbi.AF_INET || domain == SocketAbi.AF_INET6)
        && type == SocketAbi.SOCK_STREAM
        && (protocol == 0 || protocol == SocketAbi.IPPROTO_TCP);
  }
}
