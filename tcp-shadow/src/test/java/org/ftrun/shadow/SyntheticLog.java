package org.ftrun.shadow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Events as a recorder would make them, from calls with their arguments. */
final class SyntheticLog {
  private static final long USER_ADDRESS = 0x7000_0000L;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final TcpShadow shadow;
  private long sequence;

  SyntheticLog(TcpShadow shadow) {
    this.shadow = shadow;
  }

  record Call(
      long sequence, int syscall, int descriptor, long result, long detail, ByteBuffer payload)
      implements LoggedCall {}

  /** The sequence of the next event. */
  long next() {
    return sequence;
  }

  /** Logs a call. */
  void call(String name, long result, long... arguments) {
    call(name, NOTHING, result, arguments);
  }

  /** Logs getsockopt(SO_ERROR) with its outcome. */
  void socketError(int descriptor, int error) {
    ByteBuffer payload = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    payload.putLong(0, USER_ADDRESS).putInt(8, Integer.BYTES).putInt(16, error);
    call("getsockopt", payload, 0, descriptor, SocketAbi.SOL_SOCKET, SocketAbi.SO_ERROR);
  }

  private void call(String name, ByteBuffer payload, long result, long... arguments) {
    long[] all = new long[6];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    int syscall = RawSocket.number(name);
    shadow.onCall(
        new Call(sequence, syscall, (int) all[0], result, ShadowDetail.of(syscall, all), payload));
    shadow.passed(sequence++);
  }
}
