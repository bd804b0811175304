package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;

/**
 * The mappings of a process that are shared with a file, or a System V segment, and may be written
 * to. Only the primary's are the file's; a replica has anonymous memory in their place, for what
 * the primary has stored already it is yet to store itself. When it is promoted, what it has goes
 * to the file, and the file into its place ({@link SharedFilesAgain}).
 *
 * <p>That supposes that nothing else changes the file. What can be seen of others beforehand keeps
 * a service from being protected ({@link #obstacle}); system calls that write to the file are seen
 * afterwards ({@link FileWrites}).
 */
final class SharedFiles {
  /** Bytes of all of them together: a takeover compares them with the files. */
  static final long LARGEST = 64L << 20;

  /** As /proc names what memfd_create(2) makes; inotify is not told of writes by its descriptor. */
  private static final String MEMORY_FILE = "/memfd:";

  private static final int MAP_SHARED = 0x1;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int PROT_WRITE = 2;
  private static final int PAGE_BYTES = 4096;
  private static final int PIECE = 1 << 20;

  /**
   * One piece of memory.
   *
   * @param start page aligned, as are the length in bytes and the offset in the file
   */
  record Region(long start, long bytes, SharedStore store, long offset) {
    long end() {
      return start + bytes;
    }

    boolean touches(long address, long length) {
      return Long.compareUnsigned(start, address + length) < 0
          && Long.compareUnsigned(address, end()) < 0;
    }
  }

  private final List<Region> regions = new ArrayList<>();

  SharedFiles copy() {
    SharedFiles copy = new SharedFiles();
    copy.regions.addAll(regions);
    return copy;
  }

  List<Region> regions() {
    return regions;
  }

  boolean isEmpty() {
    return regions.isEmpty();
  }

  /** Whether memory has a byte in common with one. */
  boolean touch(long address, long bytes) {
    return regions.stream().anyMatch(region -> region.touches(address, bytes));
  }

  /** Whether a call maps a file shared and writable. */
  static boolean isMadeBy(CallInFlight call) {
    return call.resolution.role() == SyscallRole.MMAP
        && (call.arguments[3] & (MAP_SHARED | MAP_ANONYMOUS)) == MAP_SHARED
        && (call.arguments[2] & PROT_WRITE) != 0;
  }

  /** How many regions of a segment there are. */
  long attachments(SharedSegment segment) {
    return regions.stream().filter(region -> region.store().isSame(segment)).count();
  }

  /**
   * Another region, of this process or another one of the same member, with all of one; or null.
   */
  Region sameAs(Region region) {
    return regions.stream()
        .filter(other -> other != region)
        .filter(other -> other.store().isSame(region.store()))
        .filter(other -> other.offset() <= region.offset())
        .filter(other -> other.offset() + other.bytes() >= region.offset() + region.bytes())
        .findFirst()
        .orElse(null);
  }

  /**
   * Why a call of the primary that maps or moves memory ends protection, or null.
   *
   * @param processes the primary's
   */
  String obstacle(MemberThread member, CallInFlight call, PrimaryProcesses processes) {
    long[] arguments = call.arguments;
    if (call.resolution.role() == SyscallRole.MREMAP && touch(arguments[0], arguments[1])) {
      return "mremap: the service resizes or moves its shared mapping of a file";
    }
    if (call.resolution.role() != SyscallRole.MMAP || (arguments[3] & MAP_ANONYMOUS) != 0) {
      return null;
    }
    Map<String, Object> attributes = SharedFile.attributesOf(member.pid(), (int) arguments[4]);
    if (attributes.isEmpty()) {
      return null; // it will fail
    }
    long inode = (long) attributes.get("ino");
    boolean again =
        regions.stream()
            .anyMatch(region -> region.store() instanceof SharedFile file && file.inode == inode);
    if (!isMadeBy(call) && !again) {
      return null; // as nearly always
    }
    String name = SharedFile.nameOf(member.pid(), (int) arguments[4]);
    if (again) {
      return "mmap: the service maps " + name + " again, which it shares";
    }
    if (!(boolean) attributes.get("isRegularFile")) {
      return "mmap: the service maps the device " + name + " shared and writable";
    }
    if (name.startsWith(MEMORY_FILE)) {
      return "mmap: the service maps the memory file "
          + name
          + " shared and writable, in which ftrun cannot notice calls that write";
    }
    long bytes = pages(arguments[1]);
    if (isTooLarge(bytes)) {
      return "mmap: the service maps more than "
          + (LARGEST >> 20)
          + " MiB of files shared and writable, the last one "
          + name;
    }
    String others = anotherThatWrites(inode, processes.pids(), name);
    return others == null
        ? obstacle(member, arguments, inode, (long) attributes.get("size"), name)
        : others;
  }

  private static String anotherThatWrites(long inode, List<Integer> members, String name) {
    int other = MappingsOf.anotherThatWrites(inode, members);
    return other == 0 ? null : "mmap: the service shares " + name + " with process " + other;
  }

  /** Whether so many bytes more would be more than {@link #LARGEST}. */
  boolean isTooLarge(long bytes) {
    return bytes + regions.stream().mapToLong(Region::bytes).sum() > LARGEST;
  }

  /** Bytes of the attached segment that begins there. */
  long bytesAt(long start) {
    return segments().filter(region -> region.start() == start).findFirst().orElseThrow().bytes();
  }

  /** A segment of which some, and not all, is within memory; or null. */
  SharedStore segmentPartlyIn(long address, long length) {
    long bytes = pages(length);
    return segments()
        .filter(region -> region.touches(address, bytes))
        .filter(region -> address > region.start() || address + bytes < region.end())
        .map(Region::store)
        .findFirst()
        .orElse(null);
  }

  private Stream<Region> segments() {
    return regions.stream().filter(region -> region.store() instanceof SharedSegment);
  }

  private String obstacle(
      MemberThread member, long[] arguments, long inode, long size, String name) {
    long bytes = pages(arguments[1]);
    if (arguments[5] + bytes > pages(size)) {
      return "mmap: the service maps more of " + name + " than there is, shared and writable";
    }
    if (!MappingsOf.process(member.pid()).ofFile(inode).isEmpty()) {
      return "mmap: the service maps " + name + " again, now shared and writable";
    }
    SharedFile file = SharedFile.open(member.pid(), (int) arguments[4]);
    if (file == null) {
      return "mmap: the service maps " + name + " shared and writable, which ftrun cannot open";
    }
    file.forgive(); // what was written before it is mapped is the same for both members
    return null;
  }

  private static long pages(long bytes) {
    return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
  }

  /** The call has mapped a file, in this member or in the primary. */
  void mapped(MemberThread member, CallInFlight call, long address) {
    SharedFile file = SharedFile.open(member.pid(), (int) call.arguments[4]);
    if (file == null) {
      throw new IllegalStateException("a mapped file cannot be opened any more");
    }
    regions.add(new Region(address, pages(call.arguments[1]), file, call.arguments[5]));
  }

  /** The call has attached a segment, in this member or in the primary. */
  void attached(int id, long address) {
    SharedSegment segment = SharedSegment.of(id);
    if (segment == null) {
      throw new IllegalStateException("an attached segment is not there any more");
    }
    regions.add(new Region(address, pages(segment.size()), segment, 0));
  }

  /** Memory was unmapped, or mapped anew. */
  void unmapped(long address, long length) {
    long bytes = pages(length);
    for (Region region : List.copyOf(regions)) {
      if (!region.touches(address, bytes)) {
        continue;
      }
      regions.remove(region);
      long before = address - region.start();
      if (before > 0) {
        regions.add(new Region(region.start(), before, region.store(), region.offset()));
      }
      long behind = region.end() - (address + bytes);
      if (behind > 0) {
        long kept = region.bytes() - behind;
        regions.add(
            new Region(region.start() + kept, behind, region.store(), region.offset() + kept));
      }
    }
  }

  /** The one that has come last. */
  Region last() {
    return regions.get(regions.size() - 1);
  }

  /** A replica has mapped memory of its own in the place of the last one: gives it the contents. */
  void fill(MemberThread member) throws TraceeDiedException {
    Region region = last();
    for (long done = 0; done < region.bytes(); done += PIECE) {
      byte[] piece =
          region.store().read(region.offset() + done, (int) Math.min(PIECE, region.bytes() - done));
      if (!Arrays.equals(piece, new byte[piece.length])
          && !member.tracee.memory().writeBytes(new TraceeAddress(region.start() + done), piece)) {
        throw TraceeDiedException.INSTANCE;
      }
    }
  }

  /** A file that somebody has written to by a system call meanwhile, or null. */
  String written() {
    return regions.stream()
        .map(Region::store)
        .filter(SharedStore::isWritten)
        .map(file -> file.name)
        .findFirst()
        .orElse(null);
  }
}
