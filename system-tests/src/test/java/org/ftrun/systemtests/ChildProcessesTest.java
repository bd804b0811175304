package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that start child processes, which run natively: the server itself stays protected. */
@Timeout(120)
class ChildProcessesTest {
  @TempDir Path directory;

  /** The child saves while the primary is killed; the next one has to learn that it is done. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldSaveInTheBackgroundWhenRedisIsKilledMeanwhile(FastPathMode mode) throws Exception {
    int port = Ports.free();
    Path work = Files.createDirectories(directory.resolve("work"));
    List<String> command =
        Redis.command(
            work, port, "--enable-debug-command", "local", "--rdb-key-save-delay", "20000");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      ftrun.awaitProtected();
      assertThat(Redis.ask(port, "debug", "populate", "100")).isEqualTo("OK");
      try (RedisClient redis = new RedisClient(Ports.connect(ftrun, port), 1)) {
        EchoServer.awaitProgress(ftrun, redis, 20);
        assertThat(Redis.ask(port, "bgsave")).isEqualTo("Background saving started");
        ftrun.killPrimaryAndAwaitProtected();
        assertThat(Redis.ask(port, "info", "persistence")).contains("rdb_bgsave_in_progress:1");
        EchoServer.awaitProgress(ftrun, redis, 20);
        Await.until(
            FtrunProcess.LIMIT,
            () -> "still saving: " + ftrun.output() + ftrun.messages(),
            () -> Redis.ask(port, "info", "persistence").contains("rdb_bgsave_in_progress:0"));
        redis.finish();
      }
      assertThat(Redis.ask(port, "info", "persistence")).contains("rdb_last_bgsave_status:ok");
      assertThat(Files.size(work.resolve("dump.rdb"))).isGreaterThan(1000);
      assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
      Redis.ask(port, "shutdown", "nosave");
      assertThat(ftrun.awaitExit()).isZero();
    }
  }
}
