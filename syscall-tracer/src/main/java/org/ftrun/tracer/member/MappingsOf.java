package org.ftrun.tracer.member;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The mappings of a process as /proc/PID/maps listed them; see proc(5). */
final class MappingsOf {
  /**
   * One mapping: [start, end), permissions such as rw-p, offset in its object, inode (0: none),
   * name.
   */
  record Mapping(long start, long end, String permissions, long offset, long inode, String name) {
    long bytes() {
      return end - start;
    }

    boolean isShared() {
      return permissions.charAt(3) == 's';
    }

    boolean isWritable() {
      return permissions.charAt(1) == 'w';
    }

    /** Whether it has a byte in common with the region of {@code bytes} bytes at an address. */
    boolean overlaps(long address, long bytes) {
      return Long.compareUnsigned(start, address + bytes) < 0
          && Long.compareUnsigned(address, end) < 0;
    }

    boolean isExecutable() {
      return permissions.charAt(2) == 'x';
    }

    /** As mmap(2) takes it. */
    int protection() {
      int protection = permissions.charAt(0) == 'r' ? 1 : 0;
      return protection | (isWritable() ? 2 : 0) | (isExecutable() ? 4 : 0);
    }

    /** MAP_SHARED | MAP_ANONYMOUS: the kernel shows it as a deleted /dev/zero. */
    boolean isSharedAnonymous() {
      return isShared() && name.startsWith("/dev/zero (deleted)");
    }
  }

  /** From the space behind the addresses to the letter that tells shared from private. */
  private static final int SHARING = 4;

  private final List<Mapping> mappings;

  private MappingsOf(List<Mapping> mappings) {
    this.mappings = mappings;
  }

  /** Reads the mappings, names byte for byte as Latin-1; none if the process is gone. */
  static MappingsOf process(int pid) {
    Path maps = Path.of("/proc/" + pid + "/maps");
    try {
      List<Mapping> found = new ArrayList<>();
      for (String line : Files.readAllLines(maps, StandardCharsets.ISO_8859_1)) {
        found.add(parse(line));
      }
      return new MappingsOf(found);
    } catch (IOException e) {
      return new MappingsOf(List.of());
    }
  }

  /**
   * As {@link #process}, only the shared mappings. A primary stands still while they are read, so
   * the many others are not taken apart.
   */
  static MappingsOf sharedOf(int pid) {
    try (InputStream maps = new FileInputStream("/proc/" + pid + "/maps")) {
      return new MappingsOf(shared(new String(maps.readAllBytes(), StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      return new MappingsOf(List.of());
    }
  }

  static List<Mapping> shared(String maps) {
    List<Mapping> found = new ArrayList<>();
    for (int begin = 0; begin < maps.length(); ) {
      int end = maps.indexOf('\n', begin);
      end = end < 0 ? maps.length() : end;
      if (maps.charAt(maps.indexOf(' ', begin) + SHARING) == 's') {
        found.add(parse(maps.substring(begin, end)));
      }
      begin = end + 1;
    }
    return found;
  }

  static Mapping parse(String line) {
    String[] fields = line.split(" +", 6);
    int dash = fields[0].indexOf('-');
    return new Mapping(
        Long.parseUnsignedLong(fields[0].substring(0, dash), 16),
        Long.parseUnsignedLong(fields[0].substring(dash + 1), 16),
        fields[1],
        Long.parseUnsignedLong(fields[2], 16),
        Long.parseUnsignedLong(fields[4]),
        fields.length > 5 ? fields[5] : "");
  }

  List<Mapping> all() {
    return mappings;
  }

  /** What keeps the process from having a replica, or null. */
  String obstacle(ProcessModel model) {
    for (Mapping mapping : mappings) {
      if (mapping.isShared()
          && mapping.isWritable()
          && !mapping.isSharedAnonymous()
          && mapping.start() != model.log.value()
          && !model.sharedFiles().touch(mapping.start(), mapping.end() - mapping.start())) {
        return "the service has a shared writable mapping of " + mapping.name();
      }
    }
    return null;
  }

  /** The mappings of a file. */
  List<Mapping> ofFile(long inode) {
    return mappings.stream().filter(mapping -> mapping.inode() == inode).toList();
  }

  /**
   * A process, other than given ones, that has a file mapped shared and writable, as far as we may
   * look; 0 if there is none.
   */
  static int anotherThatWrites(long inode, List<Integer> pids) {
    String[] names = new File("/proc").list((proc, name) -> Character.isDigit(name.charAt(0)));
    for (String name : names == null ? new String[0] : names) {
      int other = Integer.parseInt(name);
      if (!pids.contains(other)
          && sharedOf(other).ofFile(inode).stream().anyMatch(Mapping::isWritable)) {
        return other;
      }
    }
    return 0;
  }

  /**
   * The name of a shared mapping of a file that has a byte in common with a region, or null.
   *
   * @param known those that may be written to
   */
  String fileIn(long address, long bytes, SharedFiles known) {
    return mappings.stream()
        .filter(mapping -> mapping.isShared() && !mapping.isSharedAnonymous())
        .filter(mapping -> !known.touch(mapping.start(), mapping.end() - mapping.start()))
        .filter(mapping -> mapping.overlaps(address, bytes))
        .map(Mapping::name)
        .findFirst()
        .orElse(null);
  }

  /**
   * Finds room for a region within 2 GiB of an address.
   *
   * @param wanted bytes, page aligned
   * @return its start
   */
  long roomNear(long address, long wanted) {
    long gib = 1L << 30;
    long preferred = address > 2 * gib ? address - gib : address + gib;
    preferred &= -(1L << 20);
    for (long at = preferred; at > gib / 4 && at > address - 2 * gib; at -= wanted) {
      if (isFree(at, wanted)) {
        return at;
      }
    }
    for (long at = preferred; at < address + 2 * gib; at += wanted) {
      if (isFree(at, wanted)) {
        return at;
      }
    }
    return 0;
  }

  private boolean isFree(long start, long bytes) {
    for (Mapping mapping : mappings) {
      if (mapping.overlaps(start, bytes)) {
        return false;
      }
    }
    return true;
  }
}
