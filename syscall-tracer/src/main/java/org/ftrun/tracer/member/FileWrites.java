package org.ftrun.tracer.member;

import java.util.HashMap;
import java.util.Map;
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
  private static final int IN_Q_OVERFLOW = 0x4000;
  private static final int IN_NONBLOCK_CLOEXEC = 00004000 | 02000000;

  /** Of struct inotify_event: behind the watch the mask, and behind a cookie a name's length. */
  private static final int MASK_AT = 4;

  private static final int LENGTH_AT = 12;
  private static final int HEADER = 16;
  private static final int ROOM = 1 << 16;

  /** The watches by their numbers: the kernel has one for each file, however often it is asked. */
  private static final Map<Integer, Watch> WATCHES = new HashMap<>();

  private static int queue = -1;

  private FileWrites() {}

  /** One file that is watched. */
  static final class Watch {
    private final int number;
    private int users;
    private boolean seen;

    private Watch(int number) {
      this.number = number;
    }
  }

  /**
   * Watches a file from now on, until {@link #release}.
   *
   * @return null if the kernel refuses
   */
  static synchronized Watch watch(NativeMemory path) {
    if (queue < 0) {
      queue = (int) Libc.call(SyscallNumber.INOTIFY_INIT1, IN_NONBLOCK_CLOEXEC);
    }
    long number = Libc.call(SyscallNumber.INOTIFY_ADD_WATCH, queue, path.address(), IN_MODIFY);
    if (queue < 0 || number < 0) {
      return null;
    }
    Watch watch = WATCHES.computeIfAbsent((int) number, Watch::new);
    watch.users++;
    return watch;
  }

  /** One who has asked for the watch needs it no longer. */
  static synchronized void release(Watch watch) {
    if (--watch.users == 0) {
      take();
      WATCHES.remove(watch.number);
      Libc.call(SyscallNumber.INOTIFY_RM_WATCH, queue, watch.number);
    }
  }

  /** Whether the file was written to since it is watched, or since that was forgotten. */
  static synchronized boolean isSeen(Watch watch) {
    take();
    return watch.seen;
  }

  /** What was written until now does not count. */
  static synchronized void forget(Watch watch) {
    take();
    watch.seen = false;
  }

  private static void take() {
    NativeMemory room = NativeMemory.allocate(ROOM);
    long length = Libc.call(SyscallNumber.READ, queue, room.address(), ROOM);
    while (length > 0) {
      for (int at = 0; at + HEADER <= length; ) {
        note(room.buffer().getInt(at), room.buffer().getInt(at + MASK_AT));
        at += HEADER + room.buffer().getInt(at + LENGTH_AT);
      }
      length = Libc.call(SyscallNumber.READ, queue, room.address(), ROOM);
    }
    if (length != -Errno.EAGAIN) {
      throw new IllegalStateException("inotify: " + Libc.errorText((int) -length));
    }
  }

  private static void note(int number, int mask) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
      WATCHES.values().forEach(watch -> watch.seen = true); // it may have been any of them
    } else if ((mask & IN_MODIFY) != 0 && WATCHES.containsKey(number)) {
      WATCHES.get(number).seen = true;
    }
  }
}
