package org.ftrun.demo.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against stand-ins for ftrun and ftctl, which follow the same contract. */
@Timeout(60)
class ProtectedServerTest {
  private static final Duration SHORT_LIMIT = Duration.ofMillis(500);

  @TempDir Path directory;
  private ServerSocket listener;
  private Workspace workspace;

  @BeforeEach
  void listenInPlaceOfTheServer() throws Exception {
    listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    workspace = Workspace.open(directory);
  }

  @AfterEach
  void closeListener() throws Exception {
    listener.close();
    workspace.killProcesses();
  }

  private ProtectedServer start(String name, Duration limit) throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    return ProtectedServer.start(
        new ServerCommand(name, List.of("sleep", "1000"), address),
        workspace,
        script("fake-ftrun"),
        script("fake-ftctl"),
        List.of(),
        limit);
  }

  private static Path script(String name) throws Exception {
    File script = Path.of(ProtectedServerTest.class.getResource("/" + name).toURI()).toFile();
    // Copying resources drops the mode.
    assertThat(script.setExecutable(true)).isTrue();
    return script.toPath();
  }

  @Test
  void shouldReportEachTakeoverWhenKilledAgainAndAgain() throws Exception {
    try (ProtectedServer server = start("survivor", Duration.ofSeconds(20))) {
      server.awaitReady();
      try (Killer killer = new Killer(server, 3, Duration.ofMillis(100))) {
        killer.start();
        while (!killer.hasEnded()) {
          Thread.onSpinWait();
        }
        assertThat(killer.kills())
            .extracting(Kill::takeoverMicros)
            .containsExactly(200L, 300L, 400L);
        assertThat(killer.kills()).extracting(Kill::pid).doesNotHaveDuplicates();
        assertThat(killer.kills()).allMatch(Kill::made);
      }
    }
  }

  @Test
  void shouldQuoteTheReasonWhenNeverProtected() throws Exception {
    try (ProtectedServer server = start("loner", SHORT_LIMIT)) {
      assertThatThrownBy(server::awaitReady)
          .isInstanceOf(DemoException.class)
          .hasMessageContaining("UNPROTECTED")
          .hasMessageContaining("a second thread");
    }
  }

  @Test
  void shouldSayThatFtrunEndedWhenNothingTookOver() throws Exception {
    try (ProtectedServer server = start("mortal", Duration.ofSeconds(20))) {
      server.awaitReady();
      server.kill();
      assertThatThrownBy(() -> server.awaitTakeover(Duration.ZERO))
          .isInstanceOf(DemoException.class)
          .hasMessageContaining("137")
          .hasMessageContaining("it died");
    }
  }

  @Test
  void shouldFailInOneLineWhenFtrunIsMissing() {
    assertThatThrownBy(
            () ->
                ProtectedServer.start(
                    new ServerCommand("x", List.of("true"), new InetSocketAddress(1)),
                    workspace,
                    directory.resolve("no-ftrun"),
                    directory.resolve("no-ftctl"),
                    List.of(),
                    SHORT_LIMIT))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("no-ftrun");
  }
}
