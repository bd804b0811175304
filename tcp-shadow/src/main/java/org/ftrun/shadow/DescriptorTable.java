package org.ftrun.shadow;

import java.util.Arrays;
import java.util.Set;

/**
 * Which TCP socket a descriptor of a process refers to. Guarded by the {@link TcpShadow} that owns
 * it.
 */
final class DescriptorTable {
  /**
   * Descriptors from here on are not followed: it is the kernel's default for fs.nr_open, and a
   * descriptor in the log is not to be believed.
   */
  static final int LIMIT = 1 << 20;

  private static final int SMALLEST = 64;

  private final TableRoom room;
  private ShadowSocket[] sockets = {};

  /** One more than the highest descriptor that was ever used. */
  private int end;

  DescriptorTable(TableRoom room) {
    this.room = room;
  }

  /** What fork makes of it: another table, the same sockets. */
  DescriptorTable copy() {
    DescriptorTable copy = new DescriptorTable(room);
    for (int i = end - 1; i >= 0; i--) { // the highest first: the copy is as large as it must be
      if (sockets[i] != null) {
        copy.put(i, sockets[i]);
      }
    }
    return copy;
  }

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
    if (index >= sockets.length && !grow(index + 1)) {
      socket.loseCount(); // nobody sees what is done by this descriptor
      return;
    }
    sockets[index] = socket;
    socket.addDescriptor();
    end = Math.max(end, index + 1);
  }

  private boolean grow(int needed) {
    int length = Math.max(needed, Math.min(Math.max(2 * sockets.length, SMALLEST), LIMIT));
    if (!room.take(length - sockets.length)) {
      return false;
    }
    sockets = Arrays.copyOf(sockets, length);
    return true;
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

  /** Closes all descriptors but these. */
  void retain(Set<Integer> descriptors) {
    for (int i = 0; i < end; i++) {
      if (!descriptors.contains(i)) {
        remove(i);
      }
    }
  }

  /** Closes all descriptors. */
  void clear() {
    removeRange(0, -1);
    room.giveBack(sockets.length);
    sockets = new ShadowSocket[0];
    end = 0;
  }

  /** One more than the highest descriptor to look at. */
  int end() {
    return end;
  }
}
