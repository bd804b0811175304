package org.ftrun.daemon.group;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes that come to ftrun because their parents have ended, which are the service's children
 * or theirs: natively init would reap them. Those whose end nobody will ask for are reaped here, by
 * the housekeeping thread; the rest is for any thread.
 */
final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final int WNOHANG = 1;

  private final Set<Integer> wards = ConcurrentHashMap.newKeySet();
  private volatile boolean expected;

  /** Those that were found dead in the round before: whoever waits for them has had the time. */
  private Set<Integer> dead = Set.of();

  /** The service is about to have a child. */
  void mayCome() {
    expected = true;
  }

  /** Processes whose ends somebody will ask for. */
  Set<Integer> wards() {
    return wards;
  }

  /**
   * A round is due.
   *
   * @param primary pid of the primary, whose end its tracer asks for
   */
  void pass(int primary) {
    if (!expected) {
      return;
    }
    Set<Integer> found = new HashSet<>();
    for (int pid : children()) {
      if (isDead(pid) && pid != primary && !wards.contains(pid)) {
        found.add(pid);
        if (dead.contains(pid)) {
          Libc.call(SyscallNumber.WAIT4, pid, 0, WNOHANG, 0);
        }
      }
    }
    dead = found;
  }

  private static Set<Integer> children() {
    Set<Integer> children = new HashSet<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        addChildren(thread.resolve("children"), children);
      }
    } catch (IOException e) {
      LOG.debug("ftrun's children are not known: {}", e.getMessage());
    }
    return children;
  }

  private static void addChildren(Path file, Set<Integer> children) {
    try {
      for (String pid : Files.readString(file).split(" ")) {
        if (!pid.isBlank()) {
          children.add(Integer.parseInt(pid.trim()));
        }
      }
    } catch (IOException e) {
      LOG.debug("{} is not readable, its thread has ended", file);
    }
  }

  /** Whether it has ended, and is no member that its tracer is about to reap. */
  private static boolean isDead(int pid) {
    boolean zombie = false;
    boolean traced = false;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        zombie |= line.startsWith("State:\tZ");
        traced |= line.startsWith("TracerPid:") && !line.endsWith("\t0");
      }
    } catch (IOException e) {
      LOG.debug("process {} is gone", pid);
    }
    return zombie && !traced;
  }
}
