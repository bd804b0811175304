package org.ftrun.tracer.member;

import java.util.HashSet;
import java.util.Set;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Notices system calls that write to files which are mapped shared, by whomever (inotify(7)): the
 * kernel queues the event before such a call returns, and none for a store to the mapping. Any
 * thread may ask.
 */
final class FileWrites {
  private static final int IN_MODIFY = 2;
  private static final int IN_NONBLOCK_CLOEXEC = 00004000 | 02000000;

  /** Of struct inotify_event: the watch, and behind three more words the length of a name. */
  private static final int LENGTH_AT = 12;

  private static final int HEADER = 16;
  private static final int ROOM = 1 << 16;

  private static final Set<Integer> SEEN = new HashSet<>();
  private static int queue = -1;

  private FileWrites() {}

  /** One file that is watched. */
  record Watch(int number) {}

  /**
   * Watches a file from now on; again does no harm.
   *
   * @return null if the kernel refuses
   */
  static synchronized Watch watch(NativeMemory path) {
    if (queue < 0) {
      queue = (int) Libc.call(SyscallNumber.INOTIFY_INIT1, IN_NONBLOCK_CLOEXEC);
    }
    long number = Libc.call(SyscallNumber.INOTIFY_ADD_WATCH, queue, path.address(), IN_MODIFY);
    return queue < 0 || number < 0 ? null : new Watch((int) number);
  }

  /** Whether the file was written to since it is watched, or since that was forgotten. */
  static synchronized boolean isSeen(Watch watch) {
    take();
    return SEEN.contains(watch.number());
  }

  /** What was written until now does not count. */
  static synchronized void forget(Watch watch) {
    take();
    SEEN.remove(watch.number());
  }

  private static void take() {
    NativeMemory room = NativeMemory.allocate(ROOM);
    long length = Libc.call(SyscallNumber.READ, queue, room.address(), ROOM);
    while (length > 0) {
      for (int at = 0; at + HEADER <= length; ) {
        SEEN.add(room.buffer().getInt(at));
        at += HEADER + room.buffer().getInt(at + LENGTH_AT);
      }
      length = Libc.call(SyscallNumber.READ, queue, room.address(), ROOM);
    }
    if (length != -Errno.EAGAIN && length != 0) {
      throw new IllegalStateException("inotify: " + Libc.errorText((int) -length));
    }
  }
}
