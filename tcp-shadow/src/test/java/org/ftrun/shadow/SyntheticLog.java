package org.ftrun.shadow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.ftrun.eventlog.EventFlags;
import org.ftrun.tracer.member.FollowedProcess;

/** Events as a recorder would make them, from calls with their arguments. */
final class SyntheticLog {
  private static final long USER_ADDRESS = 0x7000_0000L;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** The only process of a service that has no other, and its first thread. */
  static final int ROOT = 40;

  private final TcpShadow shadow;
  private long sequence;

  SyntheticLog(TcpShadow shadow) {
    this.shadow = shadow;
  }

  record Call(
      long sequence,
      int threadId,
      int flags,
      int syscall,
      int descriptor,
      long result,
      long detail,
      ByteBuffer payload)
      implements LoggedCall {}

  /** A service with one process, which is not there for the kernel. */
  static List<FollowedProcess> onlyRoot() {
    return List.of(new FollowedProcess(-1, ROOT, List.of(ROOT)));
  }

  /** The sequence of the next event. */
  long next() {
    return sequence;
  }

  /** Logs a call of the root. */
  void call(String name, long result, long... arguments) {
    by(ROOT, name, result, arguments);
  }

  /** Logs a call of a thread. */
  void by(int thread, String name, long result, long... arguments) {
    log(thread, 0, name, NOTHING, result, arguments);
  }

  /** Logs that a process has borne another, which is a member too. */
  void fork(int thread, String name, int child) {
    log(thread, EventFlags.CHILD_IS_MEMBER, name, NOTHING, child);
  }

  /** Logs that the process of a thread has ended. */
  void end(int thread) {
    shadow.onProcessEnd(thread, sequence);
    shadow.passed(sequence++);
  }

  /** Logs getsockopt(SO_ERROR) with its outcome. */
  void socketError(int descriptor, int error) {
    ByteBuffer payload = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    payload.putLong(0, USER_ADDRESS).putInt(8, Integer.BYTES).putInt(16, error);
    log(ROOT, 0, "getsockopt", payload, 0, descriptor, SocketAbi.SOL_SOCKET, SocketAbi.SO_ERROR);
  }

  private void log(
      int thread, int flags, String name, ByteBuffer payload, long result, long... arguments) {
    long[] all = new long[6];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    int syscall = RawSocket.number(name);
    shadow.onCall(
        new Call(
            sequence,
            thread,
            flags,
            syscall,
            (int) all[0],
            result,
            ShadowDetail.of(syscall, all),
            payload));
    shadow.passed(sequence++);
  }
}
