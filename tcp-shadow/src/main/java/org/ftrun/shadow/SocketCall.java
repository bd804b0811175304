package org.ftrun.shadow;

import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The system calls that matter to a TCP connection, by the names of the syscall table, each with
 * the role it plays and the arguments that its event's detail carries.
 */
enum SocketCall {
  SOCKET("socket", Role.SOCKET),
  LISTEN("listen", Role.LISTEN),
  ACCEPT("accept", Role.ACCEPT),
  ACCEPT4("accept4", Role.ACCEPT),
  CONNECT("connect", Role.CONNECT),
  GETPEERNAME("getpeername", Role.PEER_NAME),
  GETSOCKOPT("getsockopt", Role.GET_OPTION, 2),
  SHUTDOWN("shutdown", Role.SHUTDOWN, 1),
  DUP("dup", Role.DUPLICATE),
  DUP2("dup2", Role.DUPLICATE),
  DUP3("dup3", Role.DUPLICATE),
  FCNTL("fcntl", Role.CONTROL, 1),
  CLOSE("close", Role.CLOSE),
  CLOSE_RANGE("close_range", Role.CLOSE_RANGE, 1),
  READ("read", Role.RECEIVE, -1, 2),
  READV("readv", Role.RECEIVE, -1, 2),
  PREADV2("preadv2", Role.RECEIVE, -1, 2),
  RECVFROM("recvfrom", Role.RECEIVE, 3, 2),
  RECVMSG("recvmsg", Role.RECEIVE, 2),
  RECVMMSG("recvmmsg", Role.RECEIVE_MANY, 3),
  WRITE("write", Role.SEND),
  WRITEV("writev", Role.SEND),
  PWRITEV2("pwritev2", Role.SEND),
  SENDFILE("sendfile", Role.SEND),
  SENDTO("sendto", Role.SEND, 3),
  SENDMSG("sendmsg", Role.SEND, 2),
  SENDMMSG("sendmmsg", Role.SEND_MANY, 3),
  SPLICE("splice", Role.SPLICE, 2, 4);

  /** What a call does to the model. */
  enum Role {
    SOCKET,
    LISTEN,
    ACCEPT,
    CONNECT,
    PEER_NAME,
    GET_OPTION,
    SHUTDOWN,
    DUPLICATE,
    CONTROL,
    CLOSE,
    CLOSE_RANGE,
    RECEIVE,
    /** The result counts messages, not bytes. */
    RECEIVE_MANY,
    SEND,
    /** The result counts messages, not bytes. */
    SEND_MANY,
    SPLICE
  }

  private static final SocketCall[] BY_NUMBER = byNumber();

  final int number;
  final Role role;

  /** The argument whose low 32 bits are the first half of the detail; -1: none. */
  final int detailArgument;

  /** The argument that is 0 if no bytes are asked for; -1: unknown without reading memory. */
  final int countArgument;

  SocketCall(String name, Role role) {
    this(name, role, -1, -1);
  }

  SocketCall(String name, Role role, int detailArgument) {
    this(name, role, detailArgument, -1);
  }

  SocketCall(String name, Role role, int detailArgument, int countArgument) {
    this.number = SyscallTable.named(name).number();
    this.role = role;
    this.detailArgument = detailArgument;
    this.countArgument = countArgument;
  }

  /** The call of a number, or null if it does not matter to TCP connections. */
  static SocketCall of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /** Whether a successful call of this number has made a new descriptor. */
  static boolean makesDescriptor(int number) {
    return SyscallTable.row(number).makesDescriptor();
  }

  private static SocketCall[] byNumber() {
    int highest = 0;
    for (SocketCall call : values()) {
      highest = Math.max(highest, call.number);
    }
    SocketCall[] table = new SocketCall[highest + 1];
    for (SocketCall call : values()) {
      table[call.number] = call;
    }
    return table;
  }
}
