package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ftrun itself is killed at a random instant under load: the service goes on natively with all its
 * connections, and no replica is left. -Dftrun.daemon-deaths=N for more of them.
 */
@Timeout(600)
class DaemonDeathTest {
  private static final int MOST_BYTES_BEFORE = 2_000_000;
  private static final int BYTES_AFTER = 1_000_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"ON,6", "OFF,4"})
  void shouldServeOnNativelyWhenFtrunIsKilled(FastPathMode mode, int deaths) throws Exception {
    int times = Integer.getInteger("ftrun.daemon-deaths", deaths);
    long seed = Long.getLong("ftrun.seed", System.nanoTime());
    System.out.println(mode + " with -Dftrun.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int death = 1; death <= times; death++) {
      Path own = Files.createDirectories(directory.resolve("death" + death));
      kill(own, mode, 1 + random.nextInt(MOST_BYTES_BEFORE));
      System.out.println(mode + ": " + death + " deaths");
    }
  }

  private static void kill(Path directory, FastPathMode mode, int bytesBefore) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      ServiceStatus before = ftrun.awaitProtected();
      EchoServer.awaitProgress(ftrun, crowd, bytesBefore);
      ftrun.killDaemon();
      EchoServer.awaitProgress(ftrun, crowd, BYTES_AFTER);
      crowd.finish();
      assertThat(isRunning(before.primaryPid())).as("the service runs").isTrue();
      assertThat(cores(before.primaryPid())).isEqualTo(cores(ProcessHandle.current().pid()));
      for (long pid : before.pids()) {
        if (pid != before.primaryPid()) {
          Await.until(
              FtrunProcess.LIMIT, () -> "replica " + pid + " is left", () -> !isRunning(pid));
        }
      }
    }
  }

  private static String cores(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .findFirst()
        .orElseThrow();
  }

  /** A zombie, which nobody may be there to reap, does not run. */
  private static boolean isRunning(long pid) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
