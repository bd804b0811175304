package org.ftrun.tracer.syscall;

/**
 * What a modern ioctl request number says about its argument (uapi/asm-generic/ioctl.h).
 *
 * <pre>
 *   31 30 29           16 15       8 7        0
 *   +----+---------------+----------+---------+
 *   | dir|     size      |   type   | number  |   dir: 1 the kernel reads, 2 it writes
 *   +----+---------------+----------+---------+
 * </pre>
 */
public final class IoctlNumber {
  private static final int WRITES = 2;

  private IoctlNumber() {}

  /** The number of bytes behind the argument. */
  public static int size(long request) {
    return (int) (request >>> 16) & 0x3fff;
  }

  /** Whether the kernel writes them. */
  public static boolean isOutput(long request) {
    return ((request >>> 30) & WRITES) != 0;
  }

  static int type(long request) {
    return (int) (request >>> 8) & 0xff;
  }
}
