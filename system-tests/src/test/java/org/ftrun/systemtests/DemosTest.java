package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The demos as their users start them, with one early kill, and what their verdicts say. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class DemosTest {
  /** A line of the table of kills, with the time that the takeover took. */
  private static final String SURVIVED = "(?m)^ +1 +\\d+ .* s +[\\d.]+ ms +[\\d.]+ ms$";

  /** The same line, where nobody has taken over. */
  private static final String NOT_SURVIVED = "(?m)^ +1 +\\d+ .* s .* none$";

  @TempDir Path directory;

  @Test
  void shouldLoseNothingWhenNgircdIsKilled() throws Exception {
    Outcome demo = DemoRun.of(directory, "demo-irc", "--kills", "1", "--interval", "1");
    assertThat(demo.exitStatus()).as(demo.output()).isZero();
    assertThat(demo.output())
        .contains("under ftrun", "50 joined, 0 disconnects", "PASSED: 1 kills, and no client")
        .containsPattern("deliveries +([1-9]\\d*) of \\1 made, 0 lost, 0 doubled, 0 out of order")
        .containsPattern(SURVIVED);
  }

  @Test
  void shouldDisconnectClientsWhenNgircdIsKilledWithoutFtrun() throws Exception {
    Outcome demo =
        DemoRun.of(directory, "demo-irc", "--without-ftrun", "--kills", "1", "--interval", "1");
    assertThat(demo.exitStatus()).as(demo.output()).isEqualTo(1);
    assertThat(demo.output())
        .contains("natively", "FAILED:", "nothing takes over")
        .containsPattern("50 joined, [1-9]\\d* disconnects")
        .containsPattern("[1-9]\\d* of 50 clients were disconnected")
        .containsPattern(NOT_SURVIVED);
  }

  @Test
  void shouldDeliverTheWholeStreamWhenNginxIsKilled() throws Exception {
    deliver("nginx");
  }

  /** It has several threads, and a source that must not be disconnected either. */
  @Test
  void shouldDeliverTheWholeStreamWhenIcecastIsKilled() throws Exception {
    deliver("icecast2");
  }

  @Test
  void shouldDisconnectSourceAndListenersWhenIcecastIsKilledWithoutFtrun() throws Exception {
    Outcome demo =
        DemoRun.of(
            directory,
            "demo-streaming",
            "--server=icecast2",
            "--without-ftrun",
            "--kills=1",
            "--seconds=3");
    assertThat(demo.exitStatus()).as(demo.output()).isEqualTo(1);
    assertThat(demo.output())
        .contains("natively", "FAILED:", "nothing takes over", "the source: disconnected")
        .contains("0 of 11 clients received the original");
  }

  private void deliver(String server) throws Exception {
    Outcome demo =
        DemoRun.of(
            directory, "demo-streaming", "--server", server, "--kills", "1", "--seconds", "3");
    assertThat(demo.exitStatus()).as(demo.output()).isZero();
    assertThat(demo.output())
        .contains("under ftrun", "PASSED: 1 kills, and every client received the original")
        .containsPattern("(?m)^curl +[1-9]\\d* +identical ")
        .doesNotContain("DIFFERS")
        .containsPattern(SURVIVED);
    assertThat(demo.output().lines().filter(line -> line.matches("netty-.* identical .*")))
        .hasSize(10);
  }
}
