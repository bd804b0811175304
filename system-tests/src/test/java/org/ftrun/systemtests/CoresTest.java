package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each member stays on the core that the status tells, until nothing is a member any more. */
@Timeout(120)
class CoresTest {
  private static final String ALLOWED = "Cpus_allowed_list:";
  private static final int THREADS = 4;

  @TempDir Path directory;

  @Test
  void shouldBeAsTheStatusTellsWhenProtectedAndAllWhenNot() throws Exception {
    int port = Ports.free();
    List<String> command =
        List.of("/usr/bin/memcached", "-u", "root", "-l", "127.0.0.1", "-p", "" + port);
    String own = coresOf(Path.of("/proc/self"));
    TreeSet<Integer> usable = parse(own);
    List<String> options =
        List.of("--primary-cpu=" + usable.last(), "--replica-cpu=" + usable.first());
    try (FtrunProcess ftrun = FtrunProcess.start(directory, options, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      ServiceStatus first = ftrun.awaitProtected();
      assertThat(first.cores().values()).containsExactly(usable.last(), usable.first());
      assertPinned(first);
      ServiceStatus second = ftrun.killPrimaryAndAwaitProtected();
      assertThat(second.cores().values()).containsExactly(usable.first(), usable.last());
      assertPinned(second);
      ftrun.unprotect();
      assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
      ServiceStatus last = ftrun.status().orElseThrow();
      assertThat(last.cores()).isEqualTo(Map.of(second.primaryPid(), -1));
      assertThat(coresOfThreads(second.primaryPid())).hasSizeGreaterThan(THREADS).containsOnly(own);
    }
  }

  /** The server listens before all its threads are there, and the replica comes behind it. */
  private static void awaitThreads(long pid) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> pid + " does not get its threads",
        () -> coresOfThreads(pid).size() > THREADS);
  }

  private static void assertPinned(ServiceStatus status) throws Exception {
    assertThat(status.cores()).as("primary and replica").hasSize(2);
    for (Map.Entry<Long, Integer> member : status.cores().entrySet()) {
      awaitThreads(member.getKey());
      assertThat(coresOfThreads(member.getKey()))
          .as("the threads of %s", member)
          .hasSizeGreaterThan(THREADS)
          .containsOnly(member.getValue().toString());
    }
  }

  private static List<String> coresOfThreads(long pid) throws IOException {
    List<String> cores = new ArrayList<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        cores.add(coresOf(thread));
      }
    }
    return cores;
  }

  private static String coresOf(Path process) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith(ALLOWED))
        .findFirst()
        .orElseThrow()
        .substring(ALLOWED.length())
        .strip();
  }

  /** A list as in 0-2,7. */
  private static TreeSet<Integer> parse(String list) {
    TreeSet<Integer> cores = new TreeSet<>();
    for (String range : list.split(",")) {
      String[] ends = range.split("-");
      for (int core = Integer.parseInt(ends[0]);
          core <= Integer.parseInt(ends[ends.length - 1]);
          core++) {
        cores.add(core);
      }
    }
    return cores;
  }
}
