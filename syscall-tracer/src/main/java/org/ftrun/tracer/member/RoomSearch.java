package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses where a process gets more room for trampolines: in a gap between its mappings within
 * reach of a site, where it is in nobody's way. The same mappings give the same answer.
 *
 * <pre>
 *   lower mapping | gap ........................ room | 1 MiB | upper mapping
 * </pre>
 *
 * <p>The room is at the upper end of a gap: below a program's first mapping rather than behind its
 * last, where its heap will grow.
 */
final class RoomSearch {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** Between the room and the mapping above it, in case that grows down. */
  private static final long DISTANCE = MIB;

  /** What a heap below the room is left to grow. */
  private static final long GROWTH = GIB;

  /** Above vm.mmap_min_addr. */
  private static final long LOWEST = MIB;

  /** End of what a process may map. */
  private static final long HIGHEST = 1L << 47;

  private static final long REACH = 2 * GIB - 2 * MIB;

  private RoomSearch() {}

  /** What is free between two mappings; there is no lower one at the begin of memory. */
  private record Gap(MappingsOf.Mapping lower, MappingsOf.Mapping upper) {
    /** Where in it a room would be, or 0 if it does not fit. */
    long room(long bytes) {
      boolean growsDown = upper.name().equals("[stack]");
      boolean growsUp = lower != null && lower.name().equals("[heap]");
      long from = lower == null ? LOWEST : lower.end() + (growsUp ? GROWTH : DISTANCE);
      long at = growsDown ? 0 : upper.start() - DISTANCE - bytes;
      return at >= from ? at : 0;
    }
  }

  /**
   * Finds the nearest room, first below the site, then above it.
   *
   * @param mappings those of the process, in the order of their addresses
   * @param bytes its size, a multiple of the page size
   * @return its address, page aligned, or 0 if there is none
   */
  static long near(List<MappingsOf.Mapping> mappings, long site, long bytes) {
    List<Long> rooms = new ArrayList<>();
    MappingsOf.Mapping lower = null;
    for (MappingsOf.Mapping upper : mappings) {
      if (Long.compareUnsigned(upper.end(), HIGHEST) > 0) {
        break; // vsyscall
      }
      long room = new Gap(lower, upper).room(bytes);
      if (room != 0 && Math.abs(site - room) < REACH) {
        rooms.add(room);
      }
      lower = upper;
    }
    Comparator<Long> belowFirst = Comparator.comparing(room -> room > site);
    return rooms.stream().min(belowFirst.thenComparing(room -> Math.abs(site - room))).orElse(0L);
  }
}
