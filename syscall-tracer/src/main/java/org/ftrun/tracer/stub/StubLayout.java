package org.ftrun.tracer.stub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Offsets in the stub's region; mirrors stub.h.
 *
 * <pre>
 *   0x00000  text, 6 pages, read and execute
 *            +0   syscall; int3             EXECUTE
 *            +16  clone, newborn waits      BIRTH
 *            +64  rdtscp                    RDTSC   (called in the daemon)
 *            +80  cpuid                     CPUID   (called in the daemon)
 *            +96  the fast path             ENTER   (called by trampolines)
 *   0x06000  table of the calls that the stub can do, 8 pages, read
 *   0x0e000  data, one page, read and write
 *            +0   a byte: not 0 while trampolines lead into the stub
 *            +64  addresses of the rooms of trampolines
 *            +256 scratch for arguments of calls, to the end of the page
 *   0x0f000  stack and area of the thread, 4 pages, read and write: the stack grows down from the
 *            {@link StubArea}, which is at the end, so that most calls need one page of them. Those
 *            of the other threads are mapped when they are born
 *   0x13000  trampolines, 16 pages, read and execute; calls made there are intercepted
 * </pre>
 */
public final class StubLayout {
  /** One call with the registers as they are, then a trap. */
  public static final int EXECUTE = 0;

  /** Where the instruction pointer is after the call at EXECUTE. */
  public static final int EXECUTED = EXECUTE + 2;

  /** Where the instruction pointer is after the trap behind the call at EXECUTE. */
  public static final int TRAPPED = EXECUTE + 3;

  /** A clone whose newborn waits for its tracer; the parent traps. */
  public static final int BIRTH = 16;

  /** Where the parent's instruction pointer is after the clone at BIRTH. */
  public static final int BORN = BIRTH + 2;

  /** Where the parent's instruction pointer is after the trap behind BIRTH. */
  public static final int BIRTH_TRAPPED = BIRTH + 8;

  static final int RDTSC = 64;
  static final int CPUID = 80;

  /** Where a trampoline calls the fast path. */
  public static final int ENTER = 96;

  /** Where the fast path looks whether the tracer wants the thread, just before its call. */
  public static final int CHECK = 832;

  /** The fast path's system call. */
  public static final int CALL = 843;

  /** Where the instruction pointer is after the fast path's call. */
  public static final int BEHIND = 845;

  /** The result of the fast path's call is in the slot. */
  public static final int STORED = 861;

  /** From here to {@link #COPY_FAULT} the application's memory is copied from and to. */
  public static final int COPY = 912;

  /** Where a copy goes on that met a fault. */
  public static final int COPY_FAULT = 1000;

  /** The handler of the signals that the stub owns. */
  public static final int HANDLER = 1024;

  /** What returns from that handler. */
  public static final int RESTORER = 1040;

  /** A call of a thread that is about to run natively, and goes on so if its tracer dies. */
  public static final int LEAVE = 1056;

  /** Size of the text. */
  public static final int TEXT_BYTES = 6 * 4096;

  /** The table of fast calls. */
  public static final int TABLE = TEXT_BYTES;

  /** Size of the table. */
  public static final int TABLE_BYTES = 8 * 4096;

  static final int ENTERS = TABLE + TABLE_BYTES;

  /**
   * Addresses of the rooms of trampolines, 0 behind the last, for the case that the tracer dies.
   */
  static final int ROOMS = ENTERS + 64;

  /** How many rooms there may be. */
  public static final int MOST_ROOMS = 17;

  /** What belongs to the first thread; that of others is elsewhere and looks the same. */
  public static final int THREAD = ENTERS;

  /** Offset of the scratch room from there. */
  public static final int SCRATCH_IN_THREAD = 256;

  /** Bytes of what belongs to a thread: a page with the scratch room, stack and area. */
  public static final int THREAD_BYTES = 5 * 4096;

  /** Room for an area, whole lines of the cache. */
  static final int AREA_ROOM = 21 * 64;

  /** Offset of the area from the begin of what belongs to the thread; its stack ends there. */
  public static final int AREA_IN_THREAD = THREAD_BYTES - AREA_ROOM;

  static final int SCRATCH = THREAD + SCRATCH_IN_THREAD;

  /** Room for arguments of calls, bytes. */
  public static final int SCRATCH_BYTES = 4096 - 256;

  static final int AREA = THREAD + AREA_IN_THREAD;

  /** Trampolines of patched sites. */
  public static final int TRAMPOLINES = THREAD + THREAD_BYTES;

  /** Size of the room for trampolines. */
  public static final int TRAMPOLINES_BYTES = 16 * 4096;

  /** Size of the whole region. */
  public static final int REGION_BYTES = TRAMPOLINES + TRAMPOLINES_BYTES;

  private StubLayout() {}

  /** The compiled stub. */
  public static byte[] image() {
    try (InputStream in = StubLayout.class.getResourceAsStream("stub.bin")) {
      if (in == null) {
        throw new IllegalStateException("stub.bin is not on the class path: build with Maven");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
