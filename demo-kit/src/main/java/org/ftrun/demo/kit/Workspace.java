package org.ftrun.demo.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory that holds every file of one run, and the list of the processes that the run
 * started.
 *
 * <p>The list is the file {@code processes}: a line "PID STARTTIME" each, STARTTIME being field 22
 * of /proc/PID/stat (proc(5)), so that a pid used again by a stranger is told apart. The demo's
 * script reads it to end what a killed demo left behind.
 */
public final class Workspace implements AutoCloseable {
  private final Path directory;
  private final boolean ours;
  private final Set<Long> noted = new HashSet<>();

  private Workspace(Path directory, boolean ours) {
    this.directory = directory;
    this.ours = ours;
  }

  /**
   * Opens a workspace.
   *
   * @param given an existing directory that its owner will remove, or null: a temporary directory
   *     is made, and removed by {@link #close()}
   */
  public static Workspace open(Path given) throws DemoException {
    try {
      Path directory = given != null ? given : Files.createTempDirectory("ftrun-demo-");
      // A server that gives up root must still be able to read its configuration.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      return new Workspace(directory.toAbsolutePath(), given == null);
    } catch (IOException e) {
      throw new DemoException("cannot use " + given + " as work directory: " + e.getMessage(), e);
    }
  }

  /** The absolute path of an entry of the workspace, which need not exist. */
  public Path path(String name) {
    return directory.resolve(name);
  }

  /** Writes a text file, readable for all. */
  public Path write(String name, String text) throws DemoException {
    try {
      return Files.writeString(path(name), text);
    } catch (IOException e) {
      throw new DemoException("cannot write " + path(name) + ": " + e.getMessage(), e);
    }
  }

  /** Makes a directory. */
  public Path makeDirectory(String name) throws DemoException {
    try {
      return Files.createDirectories(path(name));
    } catch (IOException e) {
      throw new DemoException("cannot make " + path(name) + ": " + e.getMessage(), e);
    }
  }

  /**
   * The last lines of a file of the workspace that start with a prefix and are not blank.
   *
   * @param most how many at most
   * @return the lines, oldest first; empty if there are none or there is no such file
   */
  public List<String> lastLines(String name, String prefix, int most) {
    Deque<String> last = new ArrayDeque<>();
    try (Stream<String> lines = Files.lines(path(name), StandardCharsets.ISO_8859_1)) {
      lines
          .filter(line -> line.startsWith(prefix) && !line.isBlank())
          .forEach(
              line -> {
                if (last.size() == most) {
                  last.removeFirst();
                }
                last.addLast(line);
              });
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
    return List.copyOf(last);
  }

  /** The last line of a file of the workspace that is not blank; empty if there is none. */
  public Optional<String> lastLine(String name) {
    return lastLines(name, "", 1).stream().findFirst();
  }

  /** Puts a running process on the list; one that has ended already needs no entry. */
  public synchronized void noteProcess(long pid) {
    if (!noted.add(pid)) {
      return;
    }
    Optional<String> startTime = startTime(pid);
    if (startTime.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          path("processes"),
          pid + " " + startTime.get() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends, by SIGKILL, every process on the list that still runs. */
  public synchronized void killProcesses() {
    List<String> lines;
    try {
      lines = Files.exists(path("processes")) ? Files.readAllLines(path("processes")) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String line : lines) {
      String[] fields = line.split(" ");
      long pid = Long.parseLong(fields[0]);
      if (startTime(pid).filter(fields[1]::equals).isPresent()) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static Optional<String> startTime(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The command's name, field 2, may contain anything, so count from its closing parenthesis.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Optional.of(fields[22 - 3]);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws DemoException {
    if (!ours) {
      return;
    }
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new DemoException("cannot remove " + directory + ": " + e.getMessage(), e);
    }
  }
}
