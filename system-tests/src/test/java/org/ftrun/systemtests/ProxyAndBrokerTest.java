package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * haproxy between clients and a server, and mosquitto between its own clients, killed while they
 * talk: no connection is lost, on either side, and no message.
 */
@Timeout(240)
class ProxyAndBrokerTest {
  private static final int KILLS = KillStorm.kills(5);
  private static final int CLIENTS = 4;
  private static final int REPLIES_BETWEEN_KILLS = 200;
  private static final int MESSAGES_BETWEEN_KILLS = 200;

  @TempDir Path directory;

  /** Each of its threads has a POSIX timer that counts the thread's processor time. */
  @ParameterizedTest
  @CsvSource({"ON,1", "OFF,1", "ON,2", "OFF,2"})
  void shouldKeepEveryReplyWhenHaproxyIsKilled(FastPathMode mode, int threads) throws Exception {
    int port = Ports.free();
    int redisPort = Ports.free();
    Path work = Files.createDirectories(directory.resolve("work"));
    Process redis =
        new ProcessBuilder(Redis.command(work, redisPort))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis.log").toFile())
            .start();
    try (FtrunProcess ftrun =
        FtrunProcess.start(directory, mode, Map.of(), haproxy(port, redisPort, threads))) {
      try {
        storm(ftrun, port);
      } finally {
        redis.destroyForcibly().waitFor();
      }
    } finally {
      redis.destroyForcibly();
    }
  }

  private static void storm(FtrunProcess ftrun, int port) throws Exception {
    List<RedisClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new RedisClient(Ports.connect(ftrun, port), i));
    }
    try (Conversation crowd = new Crowd(clients)) {
      new KillStorm(ftrun, crowd, REPLIES_BETWEEN_KILLS).kill(KILLS);
      crowd.finish();
    }
    assertThat(ftrun.messages()).doesNotContain("POSIX timer");
  }

  private List<String> haproxy(int port, int redisPort, int threads) throws Exception {
    Path file = directory.resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        global
          maxconn 100
          nbthread %d
        defaults
          mode tcp
          timeout connect 10s
          timeout client 60s
          timeout server 60s
        listen redis
          bind 127.0.0.1:%d
          server redis 127.0.0.1:%d
        """
            .formatted(threads, port, redisPort));
    return List.of("/usr/sbin/haproxy", "-db", "-f", file.toString());
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldPassOnEveryMessageOnceWhenMosquittoIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    Path file = directory.resolve("mosquitto.conf");
    Files.writeString(
        file,
        """
        user root
        listener %d 127.0.0.1
        allow_anonymous true
        persistence false
        log_dest stderr
        """
            .formatted(port));
    List<String> command = List.of("/usr/sbin/mosquitto", "-c", file.toString());
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      try (Conversation messages = new MosquittoMessages(ftrun, directory, port)) {
        new KillStorm(ftrun, messages, MESSAGES_BETWEEN_KILLS).kill(KILLS);
        messages.finish();
      }
    }
  }
}
