package org.ftrun.shadow;

import java.util.Arrays;

/** Which TCP socket a descriptor of the service refers to. Guarded by its {@link TcpShadow}. */
final class DescriptorTable {
  /**
   * Descriptors from here on are not followed: it is the kernel's default for fs.nr_open, and a
   * descriptor in the log is not to be believed.
   */
  static final int LIMIT = 1 << 20;

  private ShadowSocket[] sockets = new ShadowSocket[64];

  /** One more than the highest descriptor that was ever used. */
  private int end;

  /** The socket, or null. */
  ShadowSocket get(long descriptor) {
    return descriptor >= 0 && descriptor < end ? sockets[(int) descriptor] : null;
  }

  /** Refers a descriptor to a socket; what it referred to before is closed. */
  void put(long descriptor, ShadowSocket socket) {
    if (descriptor < 0 || descriptor >= LIMIT || get(descriptor) == socket) {
      return;
    }
    remove(descriptor);
    int index = (int) descriptor;
    if (index >= sockets.length) {
      sockets = Arrays.copyOf(sockets, Math.max(index + 1, Math.min(2 * sockets.length, LIMIT)));
    }
    sockets[index] = socket;
    socket.addDescriptor();
    end = Math.max(end, index + 1);
  }

  /** Closes a descriptor. */
  void remove(long descriptor) {
    ShadowSocket socket = get(descriptor);
    if (socket != null) {
      sockets[(int) descriptor] = null;
      socket.removeDescriptor();
    }
  }

  /** Closes descriptors from {@code first} to {@code last}, both included, unsigned. */
  void removeRange(int first, int last) {
    for (int i = 0; i < end; i++) {
      if (Integer.compareUnsigned(i, first) >= 0 && Integer.compareUnsigned(i, last) <= 0) {
        remove(i);
      }
    }
  }

  /** One more than the highest descriptor to look at. */
  int end() {
    return end;
  }
}
