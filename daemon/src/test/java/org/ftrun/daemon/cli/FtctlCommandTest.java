package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.daemon.control.ControlServer;
import org.ftrun.daemon.control.RunDirectory;
import org.ftrun.daemon.service.ScriptedService;
import org.ftrun.daemon.service.ServiceState;
import org.ftrun.daemon.service.ServiceStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FtctlCommandTest {
  private final ScriptedService service = new ScriptedService();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  @TempDir Path directory;
  private ControlServer server;

  @BeforeEach
  void startServer() throws Exception {
    server = ControlServer.claim(new RunDirectory(directory), "ngircd");
    server.serve(service);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void shouldPrintContractsJsonWhenStatusIsAskedAsJson() {
    assertThat(ftctl("ngircd", "status", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ScriptedService.STATUS_JSON + "\n");
  }

  @Test
  void shouldPrintTextWhenStatusIsAsked() {
    assertThat(ftctl("ngircd", "status")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("ngircd is PROTECTED, epoch 3\n")
        .contains("primary      pid 4242 on core 0\n")
        .contains("replica      pid 4243 on core 1, 12 events behind\n")
        .contains("epoch 2: SIGKILL, 118 events drained, 0.640 ms\n");
  }

  @Test
  void shouldPrintReasonWhenServiceIsUnprotected() {
    service.show(unprotected("a second thread"));
    assertThat(ftctl("ngircd", "status")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("because      a second thread\n", "pid 7\n", "connections  not known\n");
  }

  @Test
  void shouldListOneLineWhenTheReasonHasSeveral() {
    service.show(unprotected("divergence at event 1\n  primary: write\n  replica: read"));
    assertThat(ftctl("list")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .endsWith("divergence at event 1\n")
        .hasLineCount(1);
  }

  private static ServiceStatus unprotected(String reason) {
    return new ServiceStatus(
        "ngircd",
        ServiceState.UNPROTECTED,
        1,
        new ServiceStatus.Member(7, -1),
        List.of(),
        reason,
        List.of(),
        -1,
        0,
        0,
        0,
        null,
        new ServiceStatus.Settlements(0, 0, 0),
        0,
        0,
        List.of());
  }

  @Test
  void shouldPrintConnectionsWhenAsked() {
    assertThat(ftctl("ngircd", "connections")).isZero();
    List<String[]> words =
        out.toString(StandardCharsets.UTF_8).lines().map(line -> line.split(" +")).toList();
    assertThat(words)
        .containsExactly(
            "fd local remote state received sent recv-isn send-isn recv-pos send-pos options"
                .split(" "),
            ("7 127.0.0.1:6667 127.0.0.1:40000 ESTABLISHED 10 20 4000000000 4294967295"
                    + " 4000000011 20 mss:65483 wscale:7,9 sack ts")
                .split(" "),
            "8 ? ? ESTABLISHED 30 0 ? ? ? ? ?".split(" "));
  }

  @Test
  void shouldPrintAllThatIsKnownWhenConnectionsAreAskedAsJson() {
    assertThat(ftctl("ngircd", "connections", "--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(ScriptedService.CONNECTIONS_JSON + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"takeover", "unprotect", "connections", "connections --json"})
  void shouldExitWith1WhenRefused(String request) {
    service.refuse("no replica follows");
    assertThat(ftctl(("ngircd " + request).split(" "))).isEqualTo(1);
    assertError("ftctl: no replica follows");
  }

  @Test
  void shouldListLivingServicesWhenAsked() throws Exception {
    Files.createFile(directory.resolve("dead.sock"));
    assertThat(ftctl("list")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("ngircd ")
        .contains("PROTECTED", "pid 4242")
        .hasLineCount(1);
    assertThat(error.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"takeover", "unprotect", "stop"})
  void shouldAskServiceWhenRequestIsMade(String request) {
    assertThat(ftctl("ngircd", request)).isZero();
    assertThat(service.asked).containsExactly(request);
    assertThat(out.size() + error.size()).isZero();
  }

  @Test
  void shouldExitWith1WhenTheUnexpectedHappens() {
    service.show(null);
    assertThat(ftctl("ngircd", "status")).isEqualTo(1);
    assertError("ftctl: ");
  }

  @Test
  void shouldExitWith1WhenProtectIsAsked() {
    assertThat(ftctl("ngircd", "protect")).isEqualTo(1);
    assertError("ftctl: protect cannot be done yet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"other", "../ngircd", "."})
  void shouldExitWith3WhenThereIsNoSuchService(String name) {
    assertThat(ftctl(name, "status")).isEqualTo(3);
    assertError("ftctl: no service named " + name + " is running");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ngircd", "ngircd fly", "--fly list", "a b c", "ngircd stop --json"})
  void shouldExitWith2WhenUsageIsWrong(String line) {
    assertThat(ftctl(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertError("ftctl: ");
    assertThat(service.asked).isEmpty();
  }

  @Test
  void shouldPrintUsageWhenHelpIsAsked() {
    assertThat(ftctl("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("takeover", "protect: refused for now", "Exit status");
  }

  @Test
  void shouldNameItselfWhenVersionIsAsked() {
    assertThat(ftctl("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("ftctl ").hasLineCount(1);
  }

  private int ftctl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--run-dir", directory.toString()));
    all.addAll(List.of(arguments));
    return FtctlCommand.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(error, true, StandardCharsets.UTF_8),
        all.toArray(String[]::new));
  }

  private void assertError(String start) {
    assertThat(error.toString(StandardCharsets.UTF_8)).startsWith(start).hasLineCount(1);
    assertThat(out.size()).isZero();
  }
}
