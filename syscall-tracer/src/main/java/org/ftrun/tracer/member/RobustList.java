package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * The robust futexes that a thread owns when it ends (set_robust_list(2)). The kernel marks those
 * whose owner is the thread by its own id of it, and wakes a waiter. The service knows the thread
 * by another id if its process is not the one in which the thread was born first; so the owner is
 * given the kernel's id just before the thread ends.
 *
 * <p>Layout: {@code struct robust_list_head} and {@code robust_list} of linux/futex.h; the lowest
 * bit of a pointer to an entry says that its futex inherits priorities.
 */
final class RobustList {
  /** Entries that the kernel looks at, too (ROBUST_LIST_LIMIT). */
  private static final int LONGEST = 2048;

  private static final int OWNER_BITS = 0x3fff_ffff;
  private static final int HEAD_BYTES = 24;
  private static final long POINTER_BITS = ~1L;

  private final MemberThread member;
  private final ByteBuffer head = buffer(HEAD_BYTES);
  private final ByteBuffer pointer = buffer(Long.BYTES);
  private final ByteBuffer word = buffer(Integer.BYTES);

  RobustList(MemberThread member) {
    this.member = member;
  }

  /** The thread, which stands, is about to end. What cannot be read, the kernel cannot mark. */
  void giveToKernel() {
    long list = member.thread().robustList;
    int id = member.thread().id;
    if (list == 0 || id == member.pid() || !read(list, head)) {
      return;
    }
    long entry = head.getLong(0) & POINTER_BITS;
    long offset = head.getLong(Long.BYTES);
    long pending = head.getLong(2 * Long.BYTES) & POINTER_BITS;
    for (int i = 0; i < LONGEST && entry != list; i++) {
      boolean more = read(entry, pointer);
      if (entry != pending) {
        give(entry + offset, id);
      }
      if (!more) {
        break;
      }
      entry = pointer.getLong(0) & POINTER_BITS;
    }
    if (pending != 0) {
      give(pending + offset, id);
    }
  }

  private void give(long futex, int id) {
    if (read(futex, word) && (word.getInt(0) & OWNER_BITS) == id) {
      word.putInt(0, word.getInt(0) & ~OWNER_BITS | member.pid());
      word.clear();
      member.tracee.memory().write(new TraceeAddress(futex), word);
    }
  }

  private boolean read(long from, ByteBuffer into) {
    into.clear();
    boolean all = member.tracee.memory().read(new TraceeAddress(from), into) == into.capacity();
    into.clear();
    return all;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
