package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An echo server under load, killed at random instants: every byte comes back, once, in order. */
class EchoServerTest {
  private static final int BYTES_BETWEEN_KILLS = 200_000;
  private static final String NO_EXIT_EVENT = "-Dftrun.test.lose-exit-event=all";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Linking.class)
  @Timeout(120)
  void shouldEchoEveryByteWhenKilledTwentyTimes(Linking linking) throws Exception {
    storm(linking, KillStorm.kills(20));
  }

  @Test
  @Timeout(120)
  void shouldEchoEveryByteWhenKilledWithoutAFastPath() throws Exception {
    storm(
        EchoServer.start(directory, FastPathMode.OFF, Map.of(), Linking.DYNAMIC),
        KillStorm.kills(20));
  }

  @Test
  @Tag("kill-storm")
  @Timeout(600)
  void shouldEchoEveryByteWhenKilledFiveHundredTimes() throws Exception {
    storm(Linking.DYNAMIC, KillStorm.kills(500));
  }

  @Test
  @Timeout(120)
  void shouldServeNewClientsWhenItsProcessWasKilled() throws Exception {
    try (FtrunProcess ftrun = start(Linking.DYNAMIC)) {
      int port = EchoServer.port(ftrun);
      for (int kill = 0; kill < 3; kill++) {
        ftrun.killPrimaryAndAwaitProtected();
        try (EchoClient client = new EchoClient(Ports.connect(ftrun, port), kill, 1000)) {
          Await.until(
              FtrunProcess.LIMIT,
              () -> "no echo: " + ftrun.messages(),
              () -> client.progress() > 0);
          client.finish();
        }
      }
    }
  }

  @Test
  @Timeout(120)
  void shouldEchoEveryByteWhenATakeoverIsPlanned() throws Exception {
    try (FtrunProcess ftrun = start(Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      for (int takeover = 0; takeover < 5; takeover++) {
        long before = crowd.progress();
        ftrun.takeOver();
        Await.until(
            FtrunProcess.LIMIT,
            () -> "no progress after a planned takeover: " + ftrun.messages(),
            () -> {
              crowd.check();
              return crowd.progress() > before;
            });
      }
      crowd.finish();
      assertThat(ftrun.awaitProtected().takeoverCauses()).hasSize(5);
    }
  }

  /** Without an exit event there are no registers to read: the kernel's counters have to do. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  @Timeout(120)
  void shouldEchoEveryByteWhenNoExitEventComes(FastPathMode mode) throws Exception {
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", NO_EXIT_EVENT);
    storm(EchoServer.start(directory, mode, environment, Linking.DYNAMIC), KillStorm.kills(20));
  }

  /** What they have received is in the log, wherever the kernel was asked to put it. */
  @ParameterizedTest
  @ValueSource(strings = {"messages", "vectors"})
  @Timeout(120)
  void shouldEchoEveryByteWhenNoExitEventComesInCallsWithSeveralBuffers(String transfers)
      throws Exception {
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", NO_EXIT_EVENT);
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", transfers));
    storm(
        FtrunProcess.start(directory, FastPathMode.ON, environment, command), KillStorm.kills(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"read:997", "sendto:997"})
  @Timeout(120)
  void shouldEchoEveryByteWhenNoExitEventComesInATransfer(String callAndTimes) throws Exception {
    String fault = "-Dftrun.test.fault=BEFORE_RECORD:" + callAndTimes + "+";
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", NO_EXIT_EVENT + " " + fault);
    try (FtrunProcess ftrun =
            EchoServer.start(directory, FastPathMode.OFF, environment, Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      ftrun.awaitStatus(
          "taken over twenty times",
          status -> {
            crowd.check();
            return status.takeoverCauses().size() >= 20;
          });
      crowd.finish();
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.decided()).as(ftrun.messages()).isGreaterThanOrEqualTo(20);
      assertThat(status.agreed()).isZero();
    }
  }

  private void storm(Linking linking, int kills) throws Exception {
    storm(start(linking), kills);
  }

  private static void storm(FtrunProcess started, int kills) throws Exception {
    try (FtrunProcess ftrun = started;
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      new KillStorm(ftrun, crowd, BYTES_BETWEEN_KILLS).kill(kills);
      crowd.finish();
    }
  }

  private FtrunProcess start(Linking linking) throws Exception {
    return EchoServer.start(directory, Map.of(), linking);
  }
}
