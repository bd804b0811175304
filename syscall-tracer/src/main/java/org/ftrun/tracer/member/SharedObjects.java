package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * The memory that the processes of a replica share with each other, and not with the primary's: the
 * first mapping of an object of the primary's is replaced by a copy of it ({@link Unsharing}),
 * which the others, of the same process or of others, are replaced by too.
 */
final class SharedObjects {
  private static final int MAP_SHARED_FIXED = 0x1 | 0x10;
  private static final int O_RDWR_CLOEXEC = 02 | 02000000;

  private final List<Copy> copies = new ArrayList<>();

  /** Of an object of the primary's, from an offset on, in a process of the replica. */
  private record Copy(String name, long inode, long offset, long bytes, int pid, long address) {
    static Copy of(MappingsOf.Mapping mapping, int pid) {
      return new Copy(
          mapping.name(), mapping.inode(), mapping.offset(), mapping.bytes(), pid, mapping.start());
    }

    boolean holds(MappingsOf.Mapping mapping) {
      return mapping.inode() == inode
          && mapping.name().equals(name)
          && mapping.offset() >= offset
          && mapping.offset() + mapping.bytes() <= offset + bytes;
    }
  }

  /** Replaces what a stopped process of the replica shares with the primary's. */
  void makeOwn(MemberThread process, List<MappingsOf.Mapping> mappings) throws TraceeDiedException {
    Unsharing unsharing = new Unsharing(process);
    List<MappingsOf.Mapping> largestFirst = new ArrayList<>(mappings);
    largestFirst.sort(Comparator.comparingLong(MappingsOf.Mapping::bytes).reversed());
    for (MappingsOf.Mapping mapping : largestFirst) {
      Copy copy = copies.stream().filter(each -> each.holds(mapping)).findFirst().orElse(null);
      if (copy == null) {
        unsharing.makeOwn(mapping);
        copies.add(Copy.of(mapping, process.pid()));
        continue;
      }
      String name = name(copy.address(), copy.bytes());
      map(process, mapping, copy.pid(), name, mapping.offset() - copy.offset());
    }
  }

  /**
   * Gives a newborn process, in the place of what it shares with the primary's, what the process
   * that bore it has there.
   *
   * @param parent pid of that one
   * @throws IllegalStateException if that one has nothing there
   */
  static void mapAsIn(int parent, MemberThread process) throws TraceeDiedException {
    List<MappingsOf.Mapping> parents = MappingsOf.sharedOf(parent).all();
    for (MappingsOf.Mapping mapping : MappingsOf.sharedOf(process.pid()).all()) {
      if (mapping.isSharedAnonymous()
          || process.model().sharedFiles().touch(mapping.start(), mapping.bytes())) {
        MappingsOf.Mapping same = around(mapping.start(), mapping.end(), parents);
        long offset = same.offset() + mapping.start() - same.start();
        map(process, mapping, parent, name(same.start(), same.bytes()), offset);
      }
    }
  }

  /**
   * Gives a process, in the place of memory of its own, what another one of the replica has of the
   * same file or segment.
   *
   * @param owner pid of that one
   * @param same where it has it
   * @param region where the process is to have it
   */
  static void mapAsIn(
      int owner, SharedFiles.Region same, MemberThread process, SharedFiles.Region region)
      throws TraceeDiedException {
    long start = same.start() + region.offset() - same.offset();
    MappingsOf.Mapping its =
        around(start, start + region.bytes(), MappingsOf.sharedOf(owner).all());
    MappingsOf.Mapping wanted =
        new MappingsOf.Mapping(region.start(), region.end(), "rw-s", 0, 0, "");
    long offset = its.offset() + start - its.start();
    map(process, wanted, owner, name(its.start(), its.bytes()), offset);
  }

  private static MappingsOf.Mapping around(
      long start, long end, List<MappingsOf.Mapping> mappings) {
    return mappings.stream()
        .filter(each -> each.isSharedAnonymous())
        .filter(each -> each.start() <= start && end <= each.end())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no other process shares memory at 0x" + Long.toHexString(start)));
  }

  /** What /proc calls a mapping (proc_pid_map_files(5)). */
  private static String name(long start, long bytes) {
    return Long.toHexString(start) + "-" + Long.toHexString(start + bytes);
  }

  private static void map(
      MemberThread process, MappingsOf.Mapping mapping, int owner, String name, long offset)
      throws TraceeDiedException {
    NativeMemory path = NativeMemory.ofString("/proc/" + owner + "/map_files/" + name);
    long object = Libc.call(SyscallNumber.OPEN, path.address(), O_RDWR_CLOEXEC, 0);
    if (object < 0) {
      throw new IllegalStateException(
          "memory that processes share cannot be opened: " + Libc.errorText((int) -object));
    }
    try {
      String refusal =
          new DescriptorMapping(process, (int) object)
              .map(
                  mapping.start(), mapping.bytes(), mapping.protection(), MAP_SHARED_FIXED, offset);
      if (refusal != null) {
        throw new IllegalStateException("memory that processes share " + refusal);
      }
    } finally {
      Libc.call(SyscallNumber.CLOSE, object);
    }
  }
}
