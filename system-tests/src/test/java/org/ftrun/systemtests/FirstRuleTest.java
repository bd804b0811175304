package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protection never harms the service: what cannot be replicated yet runs unprotected, says why, and
 * works as it does natively.
 */
@Timeout(120)
class FirstRuleTest {
  private static final Map<String, String> DEFECT =
      Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.defect=3000");

  @TempDir Path directory;

  @Test
  void shouldServeNginxUnprotectedWhenItsWorkersAreToBeNoMembers() throws Exception {
    int port = Ports.free();
    List<String> command = HttpServer.NGINX_WITH_WORKERS.prepare(directory, port);
    Files.writeString(directory.resolve("www/page"), "served by a worker");
    Map<String, String> off = Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.members=false");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, off, command)) {
      Ports.awaitListening(ftrun, port);
      for (int i = 0; i < 20; i++) {
        assertThat(get(port, "/page")).isEqualTo("served by a worker");
      }
      assertThat(ftrun.awaitUnprotected()).isEqualTo(ServiceStatus.SHARING_CHILD);
      assertThat(get(port, "/page")).isEqualTo("served by a worker");
    }
  }

  @Test
  void shouldRunAPipelineWhenTheShellMakesProcesses() throws Exception {
    try (FtrunProcess ftrun =
        FtrunProcess.start(directory, Map.of(), List.of("/bin/sh", "-c", "echo a | cat; exit 5"))) {
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isEqualTo(5);
      assertThat(ftrun.output()).isEqualTo("a\n");
      assertThat(ftrun.messages()).doesNotContain("not protected").doesNotContain("replica lost");
    }
  }

  @Test
  void shouldServeOnWhenTheReplicaIsKilled() throws Exception {
    int port = Ports.free();
    List<String> command =
        List.of(new CProgram("echo_server", Linking.DYNAMIC).executable().toString(), "" + port);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command);
        EchoClient client = new EchoClient(Ports.connect(ftrun, port), 1, 10_000)) {
      List<Long> pids = ftrun.awaitProtected().pids();
      assertThat(pids).as("primary and replica").hasSize(2);
      ProcessHandle.of(pids.get(1)).orElseThrow().destroyForcibly();
      ServiceStatus status =
          ftrun.awaitStatus("without that replica", now -> !now.pids().contains(pids.get(1)));
      assertThat(status.primaryPid()).isEqualTo(pids.get(0));
      long before = client.progress();
      Await.until(
          FtrunProcess.LIMIT,
          () -> "no echo: " + ftrun.messages(),
          () -> client.progress() > before);
      client.finish();
    }
  }

  /** The replica's tracer stands, so that the replica stands and the event log fills up. */
  @Test
  void shouldServeOnWhenTheReplicaLagsForGood() throws Exception {
    List<String> options = List.of("--fast-path", "off", "--log-size", "8M");
    int port = Ports.free();
    List<String> command =
        List.of(new CProgram("echo_server", Linking.DYNAMIC).executable().toString(), "" + port);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, options, Map.of(), command);
        Conversation crowd = EchoServer.crowd(ftrun, port)) {
      long replica = ftrun.awaitProtected().pids().get(1);
      try (HeldThread tracer = HeldThread.hold(tracerOf(replica))) {
        assertThat(ftrun.awaitUnprotected())
            .startsWith("the tracer of the replica does not answer, after: the replica did not");
        EchoServer.awaitProgress(ftrun, crowd, 1_000_000);
        tracer.assertHeld();
      }
      assertThat(ftrun.messages()).contains("replica " + replica + " dropped: the replica did not");
      EchoServer.awaitProgress(ftrun, crowd, 1_000_000);
      crowd.finish();
    }
  }

  /** A defect of ours that comes again at every stop. */
  @Test
  void shouldServeOnWhenTheTracerFailsForGood() throws Exception {
    try (FtrunProcess ftrun =
            EchoServer.start(directory, FastPathMode.OFF, DEFECT, Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      assertThat(ftrun.awaitUnprotected()).startsWith("internal error: ");
      EchoServer.awaitProgress(ftrun, crowd, 1_000_000);
      crowd.finish();
    }
  }

  /** As that, where threads would have to come together for an orderly release. */
  @Test
  void shouldServeOnWhenTheTracerOfSeveralThreadsFailsForGood() throws Exception {
    int port = Ports.free();
    List<String> command =
        List.of("/usr/bin/memcached", "-u", "root", "-l", "127.0.0.1", "-p", "" + port, "-t", "4");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, FastPathMode.OFF, DEFECT, command)) {
      List<MemcachedClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(new MemcachedClient(Ports.connect(ftrun, port), i));
      }
      try (Conversation crowd = new Crowd(clients)) {
        assertThat(ftrun.awaitUnprotected()).startsWith("internal error: ");
        EchoServer.awaitProgress(ftrun, crowd, 1_000);
        crowd.finish();
      }
      assertThat(ftrun.messages().lines().count()).isLessThan(30);
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
  }

  private static long tracerOf(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("TracerPid:"))
          .mapToLong(line -> Long.parseLong(line.substring("TracerPid:".length()).trim()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String get(int port, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
