package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * nginx as one process and lighttpd, killed while curl, wrk and kept-alive connections use them.
 */
@Timeout(120)
class HttpServersTest {
  private static final int ANSWERS_BETWEEN_KILLS = 200;
  private static final int COUNTING_CLIENTS = 3;
  private static final int DOWNLOAD_BYTES = 8 << 20;

  @TempDir Path directory;
  private int port;

  private FtrunProcess start(HttpServer server) throws Exception {
    return start(server, FastPathMode.byDefault());
  }

  private FtrunProcess start(HttpServer server, FastPathMode mode) throws Exception {
    port = Ports.free();
    FtrunProcess ftrun =
        FtrunProcess.start(directory, mode, Map.of(), server.prepare(directory, port));
    Ports.awaitListening(ftrun, port);
    return ftrun;
  }

  @ParameterizedTest
  @CsvSource({"NGINX,ON,20", "LIGHTTPD,ON,20", "NGINX,OFF,5", "LIGHTTPD,OFF,5"})
  void shouldAnswerEveryRequestWhenKilledAgainAndAgain(
      HttpServer server, FastPathMode mode, int kills) throws Exception {
    byte[] page = HttpServer.content(directory, "page", 5_000);
    try (FtrunProcess ftrun = start(server, mode);
        Conversation crowd =
            new Crowd(
                List.of(
                    new HttpConversation(ftrun, port, page),
                    new HttpConversation(ftrun, port, page)))) {
      new KillStorm(ftrun, crowd, ANSWERS_BETWEEN_KILLS).kill(KillStorm.kills(kills));
      crowd.finish();
    }
  }

  /** The child that computes the answers is not protected; it and its socket live on. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldKeepEveryCountOfTheChildWhenLighttpdIsKilled(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = start(HttpServer.LIGHTTPD_WITH_PHP, mode)) {
      List<CountClient> clients = new ArrayList<>();
      for (int i = 0; i < COUNTING_CLIENTS; i++) {
        clients.add(new CountClient(Ports.connect(ftrun, port), i));
      }
      try (Conversation crowd = new Crowd(clients)) {
        new KillStorm(ftrun, crowd, ANSWERS_BETWEEN_KILLS).kill(KillStorm.kills(5));
        crowd.finish();
      }
      assertThat(ftrun.awaitProtected().json().get("children").getAsInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpServer.class,
      names = {"NGINX", "LIGHTTPD"})
  void shouldDownloadTheFileWhenKilledInMidStream(HttpServer server) throws Exception {
    byte[] content = HttpServer.content(directory, "file", DOWNLOAD_BYTES);
    Path target = directory.resolve("downloaded");
    try (FtrunProcess ftrun = start(server)) {
      Process curl = client("curl", "-sS", "--fail", "-o", "" + target, url("file"));
      try {
        for (int kill = 1; kill <= 3; kill++) {
          long size = DOWNLOAD_BYTES / 5L * kill;
          Await.until(
              FtrunProcess.LIMIT,
              () -> "download stops before " + size + "\n" + log() + ftrun.messages(),
              () -> Files.exists(target) && Files.size(target) >= size);
          if (KillStorm.kills(3) > 0) {
            ftrun.killPrimaryAndAwaitProtected();
          }
          assertThat(curl.isAlive()).as("curl is still downloading: %s", log()).isTrue();
        }
        assertThat(curl.waitFor(60, TimeUnit.SECONDS)).as("curl ends").isTrue();
        assertThat(curl.exitValue()).as(log()).isZero();
      } finally {
        curl.destroyForcibly().waitFor();
      }
      assertThat(Files.readAllBytes(target)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpServer.class,
      names = {"NGINX", "LIGHTTPD"})
  void shouldShowNoErrorToWrkWhenKilledUnderLoad(HttpServer server) throws Exception {
    HttpServer.content(directory, "page", 1_000);
    try (FtrunProcess ftrun = start(server)) {
      ftrun.awaitProtected();
      Process wrk = client("wrk", "-t1", "-c10", "-d4s", "--timeout", "10s", url("page"));
      try {
        int kills = 0;
        while (wrk.isAlive() && kills < KillStorm.kills(10)) {
          ftrun.killPrimaryAndAwaitProtected();
          kills++;
        }
        assertThat(wrk.waitFor(60, TimeUnit.SECONDS)).as("wrk ends").isTrue();
      } finally {
        wrk.destroyForcibly().waitFor();
      }
      String report = log();
      assertThat(report).containsPattern("[1-9][0-9]* requests in");
      assertThat(report).doesNotContain("Socket errors").doesNotContain("Non-2xx");
      assertThat(ftrun.awaitProtected().divergences()).isZero();
    }
  }

  private String url(String file) {
    return "http://127.0.0.1:" + port + "/" + file;
  }

  private Process client(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("client.log").toFile())
        .start();
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("client.log"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
