package org.ftrun.tracer.stub;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.eventlog.EventLogLayout;

/**
 * What the stub keeps of a thread: struct area of stub.h. A thread's gs_base points to it while the
 * service runs with the fast path.
 */
public final class StubArea {
  /** What a thread does with a call that the stub can do. */
  public enum Mode {
    /** Every call goes to the tracer. */
    SLOW,
    /** Executes calls, writes nothing. */
    SOLO,
    /** Executes calls and writes events. */
    RECORD,
    /** Takes the answers from the events. */
    REPLAY
  }

  /** rsp of the application while the stub runs. */
  public static final int APPLICATION_STACK = 8;

  /** Not 0 while the tracer wants the thread at its next call, 32 bits. */
  public static final int STOP = 24;

  /** The {@link Mode}, 32 bits. */
  public static final int MODE = 28;

  /** Where the event of the call under way is being written. */
  public static final int SLOT = 32;

  /** The application's registers at its call. */
  public static final int FRAME = 48;

  /** rbx, then rbp, r12 to r15. */
  public static final int FRAME_RBX = FRAME + 56;

  /** Processor flags. */
  public static final int FRAME_FLAGS = FRAME + 104;

  /** The trampoline through which the thread came. */
  public static final int FRAME_TRAMPOLINE = FRAME + 112;

  /** Bytes that the kernel may write into the log for the call under way, -1 or one of these. */
  public static final int REDIRECTED = 216;

  /**
   * In {@link #REDIRECTED}: the call's payload is a {@link org.ftrun.tracer.capture.DraftRecord}.
   */
  public static final long DRAFTED = -2;

  /** In {@link #REDIRECTED}: the stub has left the call to the tracer because the log is full. */
  public static final long LOG_FULL = -3;

  static final int LOG = 224;
  static final int SLOTS = 232;
  static final int PAYLOAD_OFFSET = 240;
  static final int PAYLOAD_BYTES = 248;
  static final int SEGMENT_BYTES = 256;
  static final int LARGEST_PIECE = 264;

  /** Address of the vDSO's clock_gettime, or 0. */
  public static final int CLOCK = 272;

  /** Id of the thread in its events, 32 bits. */
  public static final int THREAD = 280;

  static final int SPINS = 284;
  static final int YIELDS = 288;
  static final int SLEEP_NANOS = 292;
  static final int GATE = 296;
  static final int TAIL = 304;

  /** CLOCK_MONOTONIC at the begin of the call under way, if it may have a time-out, else 0. */
  public static final int BEGAN = 312;

  /** Owned signals that the service believes to be blocked, bit n-1 for signal n. */
  public static final int HIDDEN = 384;

  /** Where {@link org.ftrun.tracer.stub.StubArea.Rescue} and what belongs to it begin. */
  public static final int RESCUE = 392;

  /** Bytes from {@link #RESCUE} to the registers. */
  public static final int RESCUE_BYTES = 64;

  /** The service's registers, for the case that the tracer dies. */
  public static final int SAVED = RESCUE + RESCUE_BYTES;

  /** The cursor as a replica has seen it last. */
  public static final int SEEN = SAVED + 27 * 8;

  /** Not 0 if a socket may have a time-out: then the begin of all calls that wait is noted. */
  public static final int TIMES = SEEN + 8;

  /** From this payload position on a primary may begin the payload ring anew before its end. */
  static final int LAP = TIMES + 8;

  /** Address of {@link StubLayout#ENTER}, for trampolines from which no call reaches it. */
  public static final int ENTER = LAP + 8;

  /** Addresses of pages that are executable but for a fence, 0: none. */
  public static final int FENCES = ENTER + 8;

  /** How many of them there is room for. */
  public static final int MOST_FENCES = 32;

  /** The pid by which the service knows itself, 32 bits; 0: as the kernel knows it. */
  public static final int PID = FENCES + 8 * MOST_FENCES;

  /** The pid of the parent in the service's eyes, 32 bits. */
  public static final int PARENT = PID + 4;

  /** Bit n: descriptor n may be a signalfd; bit 63 is for all from there on. */
  public static final int SIGNALS = PARENT + 4;

  /** The cores that the thread is to have without a tracer, as sched_setaffinity(2) takes them. */
  public static final int AFFINITY = SIGNALS + 8;

  /**
   * What the service wants of SIGTRAP, SIGSEGV and SIGSYS, {@value #ACTION_BYTES} bytes each:
   * handler, flags, restorer and mask.
   */
  public static final int OWN = AFFINITY + 128;

  /** Bytes of a disposition, as rt_sigaction(2) takes it. */
  public static final int ACTION_BYTES = 32;

  /** Not 0 if the service has, or has had, more than one thread, 32 bits. */
  public static final int SEVERAL = OWN + 3 * ACTION_BYTES;

  /** Not 0 when the thread goes on natively, its tracer gone, 32 bits. */
  static final int NATIVE = SEVERAL + 4;

  /** Not 0 while the stub has a call of the thread's on its stack. */
  public static final int INSIDE = NATIVE + 4;

  /** Not 0 if the kernel's mask is not the service's at present; behind it the service's. */
  public static final int MASKED = INSIDE + 64;

  /** The byte that switches Syscall User Dispatch on for the thread. */
  public static final int SELECTOR = MASKED + 16;

  /** How many owned signals are on their way through the stub to the service's handlers. */
  public static final int PASSED = SELECTOR + 8;

  /** Bytes of the payload ring, from its begin, that the process has in its page tables. */
  public static final int PRESENT = PASSED + 8;

  /** Bytes of the structure. */
  public static final int BYTES = PRESENT + 8;

  private static final int UNLOGGED = 320;

  /** For what the tracer sent the thread to the stub. */
  public enum Rescue {
    /** It did not. */
    NONE,
    /** To make the service's call. */
    CALL,
    /** To make a call of ours. */
    INJECTED,
    /** To make a call of ours after the service's, whose answer is known. */
    ANSWERED,
    /** It did not, but led the thread through its own code, instruction by instruction. */
    STEPPED,
    /** It did not, but answered the instruction at which the thread had faulted. */
    INSTRUCTION,
    /** It did, and the thread has the registers to go on with. */
    RETURNED
  }

  private StubArea() {}

  /**
   * The area of a thread before its first call.
   *
   * @param region where the stub is mapped
   * @param address where the area is
   * @param log where the event log is mapped
   * @param largestPiece the largest payload of one event, bytes
   * @param spins how often a replica looks for the next event before it yields its core
   * @param yields how often it has looked when it begins to sleep
   * @param sleepNanos how long it sleeps at most; 0: never
   */
  public static ByteBuffer initial(
      StubRegion region,
      long address,
      long log,
      EventLogLayout layout,
      int largestPiece,
      int spins,
      int yields,
      int sleepNanos) {
    ByteBuffer area = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    area.putLong(0, address);
    area.putLong(16, stack(address));
    area.putInt(MODE, Mode.SLOW.ordinal());
    area.putLong(SLOT, address + UNLOGGED);
    area.putLong(REDIRECTED, -1);
    area.putLong(LOG, log);
    area.putLong(SLOTS, layout.slots());
    area.putLong(PAYLOAD_OFFSET, layout.payloadOffset());
    area.putLong(PAYLOAD_BYTES, layout.payloadBytes());
    area.putLong(SEGMENT_BYTES, Math.min(layout.payloadBytes(), EventLogLayout.MAX_SEGMENT_BYTES));
    area.putLong(LARGEST_PIECE, largestPiece);
    area.putInt(SPINS, spins);
    area.putInt(YIELDS, yields);
    area.putInt(SLEEP_NANOS, sleepNanos);
    area.putLong(ENTER, region.at(StubLayout.ENTER));
    return area;
  }

  /**
   * Where the stack pointer of the stub's stack begins, as the ABI wants it at a function's entry:
   * 16 n + 8.
   *
   * @param area address of the thread's area
   */
  public static long stack(long area) {
    return area - 8;
  }

  /**
   * Makes the copy of another thread's area that of a new thread, which has made no call.
   *
   * @param area the copy
   * @param address where it is to be
   * @param id of the thread in its events
   */
  public static void moveTo(ByteBuffer area, long address, int id) {
    area.clear();
    area.putLong(0, address);
    area.putLong(16, stack(address));
    area.putInt(STOP, 0);
    area.putInt(MODE, Mode.SLOW.ordinal());
    area.putLong(SLOT, address + UNLOGGED);
    area.putLong(REDIRECTED, -1);
    area.putInt(THREAD, id);
    area.putLong(RESCUE, Rescue.NONE.ordinal());
    area.putLong(INSIDE, 0);
  }
}
