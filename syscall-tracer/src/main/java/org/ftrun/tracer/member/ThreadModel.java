package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeMemory;

/**
 * What the tracer knows of one thread of a process that neither the kernel nor a clone would tell
 * it; the rest is in the {@link ProcessModel}. Each member has its own, kept equal by seeing the
 * same calls; a replica's thread starts with a copy.
 */
final class ThreadModel {
  private static final int DEEPEST_NESTING = 64;

  /** The thread's id in events: the same in all members, for the thread's whole life. */
  final int id;

  final ThreadRoom room;

  /** Signals of {@link SignalActions#OWNED} that the service believes to be blocked. */
  long hiddenMask;

  /** {@link #hiddenMask} before each handler that has not returned, the innermost first. */
  private final ArrayDeque<Long> hiddenBefore = new ArrayDeque<>();

  /** What set_tid_address or clone set, or 0. */
  long tidAddress;

  /** What set_robust_list set: address and length. */
  long robustList;

  long robustLength;

  /** The cores that the service believes the thread to have. */
  Affinity affinity;

  /** What sigaltstack set: address, flags and size; null if it never did. */
  AlternateStack alternateStack;

  /**
   * A stack for signal handlers (sigaltstack(2)).
   *
   * @param address of its lowest byte
   * @param flags SS_ flags
   * @param bytes its size
   */
  record AlternateStack(long address, int flags, long bytes) {
    /** Size of the kernel's stack_t: address, flags, padding, size. */
    static final int BYTES = 24;

    /** As the kernel's stack_t says. */
    static AlternateStack of(ByteBuffer stack) {
      return new AlternateStack(stack.getLong(0), stack.getInt(8), stack.getLong(16));
    }

    /** Writes it as a stack_t. */
    void write(TraceeMemory memory, TraceeAddress at) {
      ByteBuffer stack = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
      stack.putLong(0, address).putInt(8, flags).putLong(16, bytes);
      memory.write(at, stack);
    }
  }

  ThreadModel(int id, ThreadRoom room) {
    this.id = id;
    this.room = room;
  }

  /** The handler of a signal is entered: what the kernel does to the mask, we do to our part. */
  void enterHandler(int signal, SignalActions actions) {
    SignalAction action = actions.of(signal);
    hiddenBefore.push(hiddenMask);
    if (hiddenBefore.size() > DEEPEST_NESTING) {
      hiddenBefore.removeLast(); // left by longjmp long ago
    }
    hiddenMask |= (action.mask() | action.maskOfItself(signal)) & SignalActions.OWNED;
    actions.entered(signal);
  }

  /** A handler returns. */
  void leaveHandler() {
    if (!hiddenBefore.isEmpty()) {
      hiddenMask = hiddenBefore.pop();
    }
  }

  /**
   * The only thread of a process that this one has borne by fork, and its room: the same address.
   *
   * @param childId its id in events
   */
  ThreadModel ofChild(int childId) {
    ThreadModel child = new ThreadModel(childId, room);
    child.hiddenMask = hiddenMask;
    child.hiddenBefore.addAll(hiddenBefore);
    child.alternateStack = alternateStack;
    child.affinity = affinity;
    return child;
  }

  ThreadModel copy() {
    ThreadModel copy = new ThreadModel(id, room);
    copy.hiddenMask = hiddenMask;
    copy.hiddenBefore.addAll(hiddenBefore);
    copy.tidAddress = tidAddress;
    copy.robustList = robustList;
    copy.robustLength = robustLength;
    copy.alternateStack = alternateStack;
    copy.affinity = affinity;
    return copy;
  }
}
