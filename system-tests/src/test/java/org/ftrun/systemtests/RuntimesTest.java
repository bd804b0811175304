package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * HTTP servers of language runtimes that bring threads, schedulers and signals of their own, killed
 * while clients count by them: no count is lost or doubled.
 */
@Timeout(300)
class RuntimesTest {
  private static final int KILLS = KillStorm.kills(4);
  private static final int CLIENTS = 4;
  private static final int REPLIES_BETWEEN_KILLS = 200;
  private static final int BUILD_SECONDS = 240; // the first time, with a part of Go's library
  private static final String LISTENING = "listening ";
  private static final Path SOURCES = Path.of("src/test").toAbsolutePath();

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryCountWhenAServerInGoIsKilled(FastPathMode mode) throws Exception {
    assumeTrue(
        Processor.faultsOnRdtsc(), "this machine does not fault on rdtsc, by which Go counts time");
    storm(mode, List.of(buildGo().toString()));
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryCountWhenNodeIsKilled(FastPathMode mode) throws Exception {
    storm(mode, List.of("node", SOURCES.resolve("js/count_server.js").toString()));
  }

  private void storm(FastPathMode mode, List<String> command) throws Exception {
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Await.until(
          FtrunProcess.LIMIT,
          () -> "it does not listen:\n" + ftrun.output() + ftrun.messages(),
          () -> ftrun.output().startsWith(LISTENING) && ftrun.output().endsWith("\n"));
      int port = Integer.parseInt(ftrun.output().substring(LISTENING.length()).trim());
      List<CountClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new CountClient(Ports.connect(ftrun, port), i));
      }
      try (Conversation crowd = new Crowd(clients)) {
        new KillStorm(ftrun, crowd, REPLIES_BETWEEN_KILLS).kill(KILLS);
        crowd.finish();
      }
      assertThat(ftrun.awaitProtected().fastSites() > 0).isEqualTo(mode == FastPathMode.ON);
    }
  }

  /** Static, from the installed library alone: nothing is asked of any network. */
  private Path buildGo() throws IOException, InterruptedException {
    Path cache = Files.createDirectories(Path.of("target/go/cache").toAbsolutePath());
    Path server = cache.resolveSibling("count_server");
    Path log = directory.resolve("go.log");
    ProcessBuilder builder =
        new ProcessBuilder("go", "build", "-o", server.toString(), SOURCES + "/go/count_server.go")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "CGO_ENABLED", "0",
                "GO111MODULE", "off",
                "GOPROXY", "off",
                "GOCACHE", cache.toString(),
                "GOPATH", directory.resolve("gopath").toString()));
    Process go = builder.start();
    try {
      assertThat(go.waitFor(BUILD_SECONDS, TimeUnit.SECONDS)).as("go build ends").isTrue();
    } finally {
      go.destroyForcibly().waitFor();
    }
    assertThat(go.exitValue()).as(Files.readString(log)).isZero();
    return server;
  }
}
