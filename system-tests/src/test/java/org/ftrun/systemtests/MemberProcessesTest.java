package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A child that shares memory with the service is a member too: whichever of them is killed, all go
 * on.
 */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class MemberProcessesTest {
  private static final int MASTER_AND_WORKERS = 3;
  private static final int KILLS = KillStorm.kills(5);
  private static final int ANSWERS_BETWEEN_KILLS = 200;
  private static final int PAGE_BYTES = 5_000;

  /** What takes eight seconds at the rate that is set for it. */
  private static final int FILE_BYTES = 24 << 20;

  @TempDir private Path directory;
  private int port;

  static List<TinyProgram> membersOnes() {
    return TinyProgram.membersOnes();
  }

  @ParameterizedTest
  @MethodSource("membersOnes")
  void shouldStateTheSameFactsWhenAReplicaFollows(TinyProgram program) throws Exception {
    run(program, FastPathMode.ON).through(natively(program), step -> false);
  }

  @ParameterizedTest
  @MethodSource("membersOnes")
  void shouldStateTheSameFactsWhenEachProcessIsKilledInTurn(TinyProgram program) throws Exception {
    run(program, FastPathMode.ON).through(natively(program), step -> true, Victim.EACH_IN_TURN);
  }

  @ParameterizedTest
  @MethodSource("membersOnes")
  void shouldStateTheSameFactsWhenEachProcessIsKilledWithoutAFastPath(TinyProgram program)
      throws Exception {
    run(program, FastPathMode.OFF).through(natively(program), step -> true, Victim.EACH_IN_TURN);
  }

  /** ftrun has a removed segment attached for a takeover, and nobody must see that afterwards. */
  @Test
  void shouldStateTheSameFactsWhenProtectionEndsWithARemovedSegment() throws Exception {
    TinyProgram program = new TinyProgram("members_segments", Linking.DYNAMIC, List.of("2"), 0);
    Map<String, String> off = Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.members=false");
    Outcome natively = natively(program);
    try (FtrunProcess ftrun =
        FtrunProcess.start(directory, FastPathMode.ON, off, program.command())) {
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
      assertThat(ftrun.messages()).contains("a child process with which it shares memory");
    }
  }

  private TinyRun run(TinyProgram program, FastPathMode mode) {
    return new TinyRun(directory, mode, Map.of(), program.command());
  }

  private Outcome natively(TinyProgram program) throws Exception {
    Path natively = Files.createDirectories(directory.resolve("native"));
    return Outcome.natively(natively, program.command());
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldAnswerEveryRequestWhenNginxMasterOrWorkersAreKilled(FastPathMode mode)
      throws Exception {
    byte[] page = HttpServer.content(directory, "page", PAGE_BYTES);
    try (FtrunProcess ftrun = startNginx(mode);
        Conversation crowd =
            new Crowd(
                List.of(
                    new HttpConversation(ftrun, port, page),
                    new HttpConversation(ftrun, port, page),
                    new FileRequests(ftrun, port, page)))) {
      new KillStorm(ftrun, crowd, ANSWERS_BETWEEN_KILLS).kill(KILLS, Victim.ROOT_AND_OTHERS);
      crowd.finish();
      assertWholeAfter(KILLS, ftrun);
    }
  }

  /**
   * A worker that has to go serves its download to the end. The other clients take a connection for
   * each request: one that nobody uses is closed by a reload, natively too.
   */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldReplaceItsWorkersWhenNginxIsReloadedAndKilled(FastPathMode mode) throws Exception {
    byte[] page = HttpServer.content(directory, "page", PAGE_BYTES);
    byte[] file = HttpServer.content(directory, "file", FILE_BYTES);
    try (FtrunProcess ftrun = startNginx(mode);
        Conversation requests = new FileRequests(ftrun, port, page)) {
      List<Long> before = ftrun.awaitProtected().processes();
      CompletableFuture<byte[]> download = get("file", HttpResponse.BodyHandlers.ofByteArray());
      reload(ftrun);
      EchoServer.awaitProgress(ftrun, requests, ANSWERS_BETWEEN_KILLS);
      ServiceStatus reloaded =
          ftrun.awaitStatus(
              "reloaded but for the worker that serves the download",
              now ->
                  now.isProtected()
                      && now.processes().size() == MASTER_AND_WORKERS + 1
                      && workersOf(before, now).size() == 1);
      assertThat(reloaded.processes()).first().isEqualTo(before.get(0));

      FtrunProcess.signal("KILL", workersOf(before, reloaded).get(0));
      ftrun.awaitProtectedAfter(reloaded.epoch());
      EchoServer.awaitProgress(ftrun, requests, ANSWERS_BETWEEN_KILLS);
      ftrun.killPrimaryAndAwaitProtected();
      assertThat(download).as("the download goes on").isNotDone();
      EchoServer.awaitProgress(ftrun, requests, ANSWERS_BETWEEN_KILLS);
      assertThat(download.get(FtrunProcess.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(file);

      awaitProcesses(ftrun, MASTER_AND_WORKERS);
      ftrun.awaitProtectedAfter(ftrun.kill(Victim.ROOT_AND_OTHERS, 2));
      EchoServer.awaitProgress(ftrun, requests, ANSWERS_BETWEEN_KILLS);
      requests.finish();
      assertWholeAfter(3, ftrun);
    }
  }

  /** The master waits for workers that it has not borne itself, in the kernel's eyes. */
  @Test
  void shouldMindItsWorkersWhenProtectionHasEndedAfterATakeover() throws Exception {
    byte[] page = HttpServer.content(directory, "page", PAGE_BYTES);
    try (FtrunProcess ftrun = startNginx(FastPathMode.ON)) {
      ftrun.killPrimaryAndAwaitProtected();
      awaitProcesses(ftrun, MASTER_AND_WORKERS);
      long worker = ftrun.awaitProtected().processes().get(1);
      ftrun.unprotect();
      assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
      demandPage(page);

      FtrunProcess.signal("KILL", worker);
      Await.until(
          FtrunProcess.LIMIT,
          () -> "the master has not noticed: " + ftrun.messages(),
          () -> ftrun.messages().contains(" exited on signal 9"));
      demandPage(page);
      reload(ftrun);
      demandPage(page);
      ftrun.signal("QUIT");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
  }

  private void demandPage(byte[] page) throws Exception {
    assertThat(get("page", HttpResponse.BodyHandlers.ofByteArray()).get()).isEqualTo(page);
  }

  private FtrunProcess startNginx(FastPathMode mode) throws Exception {
    port = Ports.free();
    List<String> command = HttpServer.NGINX_WITH_WORKERS.prepare(directory, port);
    FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command);
    try {
      Ports.awaitListening(ftrun, port);
      awaitProcesses(ftrun, MASTER_AND_WORKERS);
      return ftrun;
    } catch (Exception | AssertionError e) {
      ftrun.close();
      throw e;
    }
  }

  /** Has the master read another configuration, and waits until workers go by it. */
  private void reload(FtrunProcess ftrun) throws Exception {
    Path configuration = directory.resolve("server.conf");
    String place = "location = /file";
    String text = Files.readString(configuration);
    assertThat(text).contains(place);
    Files.writeString(
        configuration, text.replace(place, "location = /new { return 200 anew; } " + place));
    ftrun.signal("HUP");
    Await.until(
        FtrunProcess.LIMIT,
        () -> "not reloaded: " + ftrun.messages(),
        () -> get("new", HttpResponse.BodyHandlers.ofString()).get().equals("anew"));
  }

  /** The workers that were there before. */
  private static List<Long> workersOf(List<Long> before, ServiceStatus now) {
    return now.processes().stream().skip(1).filter(before::contains).toList();
  }

  private static void awaitProcesses(FtrunProcess ftrun, int count) throws Exception {
    ftrun.awaitStatus(
        "PROTECTED with " + count + " processes",
        status -> status.isProtected() && status.processes().size() == count);
  }

  /** No process has noticed the end of another one. */
  private static void assertWholeAfter(int kills, FtrunProcess ftrun) throws Exception {
    ServiceStatus status = ftrun.awaitProtected();
    assertThat(status.takeoverCauses()).isEqualTo(Collections.nCopies(kills, "SIGKILL"));
    assertThat(status.divergences()).as(ftrun.messages()).isZero();
    assertThat(status.processes()).hasSize(MASTER_AND_WORKERS);
    assertThat(status.replicaProcesses())
        .singleElement()
        .satisfies(replica -> assertThat(replica).hasSize(MASTER_AND_WORKERS));
    assertThat(ftrun.messages()).doesNotContain("exited on signal");
  }

  private <T> CompletableFuture<T> get(String path, HttpResponse.BodyHandler<T> handler) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofMinutes(1))
            .build();
    return HttpClient.newHttpClient().sendAsync(request, handler).thenApply(HttpResponse::body);
  }
}
