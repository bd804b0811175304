package org.ftrun.shadow;

/**
 * How many places the descriptor tables of all processes may have together: what the log tells of
 * descriptors and births is not to be believed. Guarded by the {@link TcpShadow} that owns it.
 */
final class TableRoom {
  /** Enough for one table as large as can be, and some hundred thousand small ones. */
  private static final int PLACES = 8 * DescriptorTable.LIMIT;

  private int left = PLACES;

  /** Takes some; false if there are not so many left. */
  boolean take(int places) {
    if (places > left) {
      return false;
    }
    left -= places;
    return true;
  }

  /** Gives places back that were taken. */
  void giveBack(int places) {
    left += places;
  }
}
