package org.ftrun.shadow;

/** Numbers of system calls by the names of the table. */
final class SyscallNumbers {
  private static final java.util.Map<String, Integer> N =
      java.util.Map.ofEntries(
          java.util.Map.entry("read", 0),
          java.util.Map.entry("write", 1),
          java.util.Map.entry("close", 3),
          java.util.Map.entry("poll", 7),
          java.util.Map.entry("ioctl", 16),
          java.util.Map.entry("readv", 19),
          java.util.Map.entry("writev", 20),
          java.util.Map.entry("dup", 32),
          java.util.Map.entry("dup2", 33),
          java.util.Map.entry("sendfile", 40),
          java.util.Map.entry("socket", 41),
          java.util.Map.entry("connect", 42),
          java.util.Map.entry("accept", 43),
          java.util.Map.entry("sendto", 44),
          java.util.Map.entry("recvfrom", 45),
          java.util.Map.entry("sendmsg", 46),
          java.util.Map.entry("recvmsg", 47),
          java.util.Map.entry("shutdown", 48),
          java.util.Map.entry("bind", 49),
          java.util.Map.entry("listen", 50),
          java.util.Map.entry("getsockname", 51),
          java.util.Map.entry("getpeername", 52),
          java.util.Map.entry("setsockopt", 54),
          java.util.Map.entry("getsockopt", 55),
          java.util.Map.entry("fcntl", 72),
          java.util.Map.entry("splice", 275),
          java.util.Map.entry("accept4", 288),
          java.util.Map.entry("dup3", 292),
          java.util.Map.entry("recvmmsg", 299),
          java.util.Map.entry("sendmmsg", 307),
          java.util.Map.entry("preadv2", 327),
          java.util.Map.entry("pwritev2", 328),
          java.util.Map.entry("pidfd_open", 434),
          java.util.Map.entry("close_range", 436),
          java.util.Map.entry("pidfd_getfd", 438));

  private SyscallNumbers() {}

  static int number(String name) {
    return N.get(name);
  }
}
