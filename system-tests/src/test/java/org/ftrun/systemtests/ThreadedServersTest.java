package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Debian's servers with several threads, killed while clients use them: nothing is lost, doubled or
 * out of order, and they end in order afterwards.
 */
@Timeout(240)
class ThreadedServersTest {
  private static final int KILLS = KillStorm.kills(5);
  private static final int CLIENTS = 4;
  private static final int LISTENERS = 10;
  private static final int REPLIES_BETWEEN_KILLS = 200;
  private static final int FILES_BETWEEN_KILLS = 10;
  private static final int LINES_BETWEEN_KILLS = 20_000;
  private static final int PAGE_BYTES = 300_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryReplyAndItsFileWhenRedisIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    List<RedisClient> clients = new ArrayList<>();
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), redis(port))) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new RedisClient(Ports.connect(ftrun, port), i));
      }
      try (Conversation crowd = new Crowd(clients)) {
        storm(ftrun, crowd, REPLIES_BETWEEN_KILLS);
      }
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
    int nativePort = Ports.free();
    Process redis = start(redis(nativePort));
    try (LineSocket connection = new LineSocket(connectTo(redis, nativePort))) {
      for (RedisClient client : clients) {
        client.checkIn(connection);
      }
    } finally {
      redis.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldShowNoErrorToRedisBenchmarkWhenRedisIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), redis(port))) {
      Ports.awaitListening(ftrun, port);
      ftrun.awaitProtected();
      Process benchmark =
          start(
              List.of(
                  "redis-benchmark",
                  "-p",
                  "" + port,
                  "-t",
                  "set,get,incr",
                  "-n",
                  "20000",
                  "-c",
                  "20",
                  "--csv"));
      try {
        int kills = 0;
        while (benchmark.isAlive() && kills < KILLS) {
          ftrun.killPrimaryAndAwaitProtected();
          kills++;
        }
        assertThat(benchmark.waitFor(120, TimeUnit.SECONDS)).as("it ends: %s", log()).isTrue();
        assertThat(benchmark.exitValue()).as(log()).isZero();
      } finally {
        benchmark.destroyForcibly().waitFor();
      }
      assertThat(log()).contains("\"SET\"", "\"GET\"", "\"INCR\"").doesNotContain("rror");
      assertThat(ftrun.awaitProtected().divergences()).isZero();
      assertThat(Redis.ask(port, "ping")).isEqualTo("PONG");
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryValueWhenMemcachedIsKilled(FastPathMode mode) throws Exception {
    memcached(mode, Map.of());
  }

  /** The kernel then says nothing of that thread while the others stand at theirs. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryValueWhenTheFirstThreadsExitEventIsMissed(FastPathMode mode)
      throws Exception {
    memcached(mode, Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.lose-exit-event=first"));
  }

  private void memcached(FastPathMode mode, Map<String, String> environment) throws Exception {
    int port = Ports.free();
    List<String> command =
        List.of("/usr/bin/memcached", "-u", "root", "-l", "127.0.0.1", "-p", "" + port, "-t", "4");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, environment, command)) {
      List<MemcachedClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new MemcachedClient(Ports.connect(ftrun, port), i));
      }
      try (Conversation crowd = new Crowd(clients)) {
        storm(ftrun, crowd, REPLIES_BETWEEN_KILLS);
      }
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldAnswerEveryRequestWhenPythonIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    byte[] page = new byte[PAGE_BYTES];
    new Random(PAGE_BYTES).nextBytes(page);
    Files.createDirectories(directory.resolve("work"));
    Files.write(directory.resolve("work/page"), page);
    List<String> command =
        List.of("/usr/bin/python3", "-m", "http.server", "" + port, "--bind", "127.0.0.1");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      List<FileRequests> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new FileRequests(ftrun, port, page));
      }
      try (Conversation crowd = new Crowd(clients)) {
        storm(ftrun, crowd, FILES_BETWEEN_KILLS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBroadcastWithoutAGapWhenIcecastIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    List<String> command = IcecastBroadcast.command(directory, port);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command);
        Conversation broadcast = new IcecastBroadcast(ftrun, port, LISTENERS)) {
      storm(ftrun, broadcast, LINES_BETWEEN_KILLS);
    }
  }

  private static void storm(FtrunProcess ftrun, Conversation conversation, int progress)
      throws Exception {
    new KillStorm(ftrun, conversation, progress).kill(KILLS);
    conversation.finish();
  }

  /** redis that writes each change to its log file. */
  private List<String> redis(int port) {
    return Redis.command(directory, port, "--appendonly", "yes");
  }

  private Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("client.log").toFile())
        .start();
  }

  /** Connects to a server without ftrun as soon as it has loaded its file. */
  private Socket connectTo(Process server, int port) throws Exception {
    return Await.answer(
        FtrunProcess.LIMIT,
        () -> "nobody listens on port " + port,
        () -> {
          assertThat(server.isAlive()).as(log()).isTrue();
          if (!log().contains("Ready to accept connections")) {
            return Optional.empty();
          }
          return Optional.of(new Socket(InetAddress.getLoopbackAddress(), port));
        });
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("client.log"));
  }
}
