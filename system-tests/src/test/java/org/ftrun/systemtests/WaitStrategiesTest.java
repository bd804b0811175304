package org.ftrun.systemtests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each way for a replica to wait carries a service through kills, and is what its name says: a
 * replica that spins or yields uses its core while there is nothing to do, one that sleeps does
 * not.
 */
@Timeout(120)
class WaitStrategiesTest {
  private static final int KILLS = KillStorm.kills(4);
  private static final int BYTES_BETWEEN_KILLS = 50_000;
  private static final double USED_SECONDS = 2; // within the limit, more than one that sleeps
  private static final double SLEEPING_SHARE = 0.1; // of a core

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"spin,ON", "spin,OFF", "yield,ON", "yield,OFF", "sleep,ON", "sleep,OFF"})
  void shouldEchoEveryByteWhenKilledHoweverTheReplicaWaits(String wait, FastPathMode mode)
      throws Exception {
    List<String> options = new ArrayList<>(mode.options());
    options.addAll(List.of("--wait", wait));
    try (FtrunProcess ftrun =
        FtrunProcess.start(directory, options, Map.of(), EchoServer.command(Linking.DYNAMIC))) {
      try (Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
        new KillStorm(ftrun, crowd, BYTES_BETWEEN_KILLS).kill(KILLS);
        crowd.finish();
      }
      long replica = ftrun.awaitProtected().pids().get(1);
      if (wait.equals("sleep")) {
        awaitSleeping(ftrun, replica);
      } else {
        awaitUsed(ftrun, replica);
      }
    }
  }

  /** The first windows may have what is left of the load, and of compilations. */
  private static void awaitSleeping(FtrunProcess ftrun, long replica) throws Exception {
    double[] from = {System.nanoTime() / 1e9, used(ftrun, replica)};
    Await.until(
        FtrunProcess.LIMIT,
        () -> "it does not sleep\n" + ftrun.messages(),
        () -> {
          double seconds = System.nanoTime() / 1e9 - from[0];
          if (seconds < 1) {
            return false;
          }
          double share = (used(ftrun, replica) - from[1]) / seconds;
          from[0] += seconds;
          from[1] = used(ftrun, replica);
          return share < SLEEPING_SHARE;
        });
  }

  private static void awaitUsed(FtrunProcess ftrun, long replica) throws Exception {
    double begin = used(ftrun, replica);
    Await.until(
        FtrunProcess.LIMIT,
        () -> "it does not use its core\n" + ftrun.messages(),
        () -> used(ftrun, replica) - begin > USED_SECONDS);
  }

  /**
   * Processor time of the replica and its tracer: who waits depends on where the replica stands.
   */
  private static double used(FtrunProcess ftrun, long replica) throws Exception {
    return ProcessorTime.seconds(replica) + ProcessorTime.seconds(ftrun.pid());
  }
}
