package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An echo server under load, killed at random instants: every byte comes back, once, in order. */
class EchoServerTest {
  private static final int BYTES_BETWEEN_KILLS = 200_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Linking.class)
  @Timeout(120)
  void shouldEchoEveryByteWhenKilledTwentyTimes(Linking linking) throws Exception {
    storm(linking, KillStorm.kills(20));
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

  private void storm(Linking linking, int kills) throws Exception {
    try (FtrunProcess ftrun = start(linking);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      new KillStorm(ftrun, crowd, BYTES_BETWEEN_KILLS).kill(kills);
      crowd.finish();
    }
  }

  private FtrunProcess start(Linking linking) throws Exception {
    return EchoServer.start(directory, Map.of(), linking);
  }
}
