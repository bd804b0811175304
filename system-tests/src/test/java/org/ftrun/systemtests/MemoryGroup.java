package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A control group with a memory limit, in the hierarchy of version 1 or 2, whichever this machine
 * has. A process that is moved into it is killed by the kernel's out-of-memory killer as soon as it
 * needs more.
 */
final class MemoryGroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path group;
  private final boolean versionTwo;

  private MemoryGroup(Path group, boolean versionTwo) {
    this.group = group;
    this.versionTwo = versionTwo;
  }

  /**
   * Makes a group without members.
   *
   * @param limitBytes what its members may use
   * @throws IOException if this machine does not let us
   */
  static MemoryGroup make(String name, long limitBytes) throws IOException {
    boolean versionTwo = Files.exists(ROOT.resolve("cgroup.controllers"));
    MemoryGroup made = new MemoryGroup(parent(versionTwo).resolve(name), versionTwo);
    Files.createDirectory(made.group);
    try {
      made.write(versionTwo ? "memory.max" : "memory.limit_in_bytes", limitBytes);
      made.forbidSwap(limitBytes);
      return made;
    } catch (IOException e) {
      made.close();
      throw e;
    }
  }

  /**
   * Version 1: below our own group, which keeps the limits that hold for us. Version 2: below the
   * root, for a group with processes of its own cannot give a controller to its children.
   */
  private static Path parent(boolean versionTwo) throws IOException {
    if (versionTwo) {
      Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+memory");
      return ROOT;
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] fields = line.split(":", 3);
      if (List.of(fields[1].split(",")).contains("memory")) {
        return ROOT.resolve("memory" + fields[2]);
      }
    }
    throw new IOException("there is no memory controller");
  }

  /** What could be swapped out would put the end off; without swap the files do not exist. */
  private void forbidSwap(long limitBytes) throws IOException {
    String file = versionTwo ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
    if (Files.exists(group.resolve(file))) {
      write(file, versionTwo ? 0 : limitBytes);
    }
  }

  /** Moves a process here; what it has used so far is not counted. */
  void add(long pid) throws IOException {
    write("cgroup.procs", pid);
  }

  /** How many processes the kernel has killed here for want of memory. */
  long kills() throws IOException {
    Path events = group.resolve(versionTwo ? "memory.events" : "memory.oom_control");
    return Files.readAllLines(events).stream()
        .filter(line -> line.startsWith("oom_kill "))
        .mapToLong(line -> Long.parseLong(line.substring(9).trim()))
        .findFirst()
        .orElseThrow(() -> new IOException(events + " does not count the killed"));
  }

  private void write(String file, long value) throws IOException {
    Files.writeString(group.resolve(file), Long.toString(value));
  }

  /** Removes the group; the kernel refuses while a process is in it. */
  @Override
  public void close() throws IOException {
    Files.delete(group);
  }
}
