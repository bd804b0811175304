package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Finds the processes that a test has started, however deep, by a mark in their environment or by
 * their working directory. Zombies do not count.
 */
final class Leftovers {
  /** Name of the environment variable that carries the mark. */
  static final String VARIABLE = "FTRUN_SYSTEM_TEST";

  private Leftovers() {}

  /** The pids of live processes with the mark, or with a working directory below the one given. */
  static List<Long> find(String mark, Path directory) throws IOException {
    String entry = VARIABLE + "=" + mark + "\0";
    List<Long> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : (Iterable<Path>) processes::iterator) {
        String name = process.getFileName().toString();
        if (name.chars().allMatch(Character::isDigit)
            && (hasMark(process, entry) || worksIn(process, directory))) {
          found.add(Long.parseLong(name));
        }
      }
    }
    return found;
  }

  /** As {@link #find}, of those that stay: killed processes take a moment to go, up to a second. */
  static List<Long> findStaying(String mark, Path directory) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    List<Long> left;
    do {
      left = find(mark, directory);
    } while (!left.isEmpty() && System.nanoTime() < deadline);
    return left;
  }

  /** Kills processes with SIGKILL. */
  static void kill(List<Long> pids) {
    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  private static boolean hasMark(Path process, String entry) {
    try {
      byte[] environment = Files.readAllBytes(process.resolve("environ"));
      return (new String(environment, StandardCharsets.ISO_8859_1) + "\0").contains(entry);
    } catch (IOException e) {
      return false; // it has ended, or is a zombie or a kernel thread
    }
  }

  private static boolean worksIn(Path process, Path directory) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
    } catch (IOException e) {
      return false; // as above
    }
  }
}
