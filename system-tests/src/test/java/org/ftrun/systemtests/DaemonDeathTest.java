package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  private static final int MOST_MICROS_BEHIND = 20_000;
  private static final int BYTES_AFTER = 1_000_000;

  @TempDir Path directory;

  /** A life of a service that ends with ftrun's death. */
  private interface Death {
    void of(Path directory, SplittableRandom random) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({"ON,6", "OFF,4"})
  void shouldServeOnNativelyWhenFtrunIsKilled(FastPathMode mode, int deaths) throws Exception {
    repeat(
        mode,
        deaths,
        (own, random) ->
            kill(
                own,
                mode,
                EchoServer.command(Linking.DYNAMIC),
                1 + random.nextInt(MOST_BYTES_BEFORE)));
  }

  /** The signals that ftrun owns have handlers which the service needs, before and after. */
  @ParameterizedTest
  @CsvSource({"ON,3", "OFF,3"})
  void shouldServeOnWithItsOwnHandlersWhenFtrunIsKilled(FastPathMode mode, int deaths)
      throws Exception {
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", "faults"));
    repeat(
        mode,
        deaths,
        (own, random) -> kill(own, mode, command, 1 + random.nextInt(MOST_BYTES_BEFORE)));
  }

  /**
   * The primary is killed first: ftrun dies while the takeover ends, the next replica is born or
   * begins to follow.
   */
  @ParameterizedTest
  @CsvSource({"ON,6", "OFF,4"})
  void shouldServeOnNativelyWhenFtrunIsKilledBehindATakeover(FastPathMode mode, int deaths)
      throws Exception {
    repeat(
        mode,
        deaths,
        (own, random) -> killBehindATakeover(own, mode, random.nextInt(MOST_MICROS_BEHIND)));
  }

  private void repeat(FastPathMode mode, int deaths, Death death) throws Exception {
    int times = Integer.getInteger("ftrun.daemon-deaths", deaths);
    long seed = Long.getLong("ftrun.seed", System.nanoTime());
    System.out.println(mode + " with -Dftrun.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int done = 1; done <= times; done++) {
      death.of(Files.createDirectories(directory.resolve("death" + done)), random);
      System.out.println(mode + ": " + done + " deaths");
    }
  }

  private static void kill(Path directory, FastPathMode mode, List<String> command, int bytesBefore)
      throws Exception {
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      ServiceStatus before = ftrun.awaitProtected();
      EchoServer.awaitProgress(ftrun, crowd, bytesBefore);
      ftrun.killDaemon();
      assertThat(servesOn(ftrun, crowd)).isEqualTo(before.primaryPid());
    }
  }

  private static void killBehindATakeover(Path directory, FastPathMode mode, int micros)
      throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      EchoServer.awaitProgress(ftrun, crowd, 1);
      long epoch = ftrun.killPrimary();
      ServiceStatus after = ftrun.awaitStatus("taken over", status -> status.epoch() > epoch);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros)); // a random instant
      ftrun.killDaemon();
      assertThat(servesOn(ftrun, crowd)).isEqualTo(after.primaryPid());
    }
  }

  private static long servesOn(FtrunProcess ftrun, Conversation crowd) throws Exception {
    try {
      return Orphan.servesOn(ftrun, crowd, BYTES_AFTER);
    } catch (AssertionError e) {
      throw new AssertionError(ftrun.messages(), e);
    }
  }
}
