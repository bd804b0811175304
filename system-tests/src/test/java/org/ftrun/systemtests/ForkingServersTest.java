package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** socat, with a process for each connection that shares no memory with the others. */
@Timeout(300)
class ForkingServersTest {
  private static final int KILLS = KillStorm.kills(6);
  private static final int BYTES_BETWEEN_KILLS = 2_000;

  /** At most so many bytes are under way: its process echoes through a pipe. */
  private static final long[] WINDOWS = {1, 100, 1000};

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldEchoEveryByteWhenAnyOfItsProcessesIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    String listener = "TCP4-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr";
    List<String> command = List.of("/usr/bin/socat", listener, "PIPE");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      ftrun.awaitProtected();
      List<EchoClient> clients = new ArrayList<>();
      for (int i = 0; i < WINDOWS.length; i++) {
        clients.add(new EchoClient(Ports.connect(ftrun, port), i, WINDOWS[i]));
      }
      try (Conversation crowd = new Crowd(clients)) {
        awaitServers(ftrun, WINDOWS.length);
        new KillStorm(ftrun, crowd, BYTES_BETWEEN_KILLS).kill(KILLS, Victim.EACH_IN_TURN);
        try (EchoClient late = new EchoClient(Ports.connect(ftrun, port), KILLS, 1)) {
          awaitServers(ftrun, WINDOWS.length + 1);
          ftrun.awaitProtectedAfter(ftrun.kill(Victim.EACH_IN_TURN, WINDOWS.length + 2));
          EchoServer.awaitProgress(ftrun, late, 1);
          late.finish();
        }
        crowd.finish();
      }
      awaitServers(ftrun, 0);
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.takeoverCauses()).hasSize(KILLS + 1).containsOnly("SIGKILL");
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(ftrun.messages()).doesNotContain("does not fit");
    }
  }

  /** As many members serve, and as many connections are shown, as there are clients. */
  private static void awaitServers(FtrunProcess ftrun, int clients) throws Exception {
    ftrun.awaitStatus(
        "PROTECTED with " + clients + " processes that serve",
        status -> status.isProtected() && status.processes().size() == 1 + clients);
    Await.until(
        FtrunProcess.LIMIT,
        () -> clients + " connections are not shown: " + ftrun.connections() + ftrun.messages(),
        () -> ftrun.connections().size() == clients);
  }
}
