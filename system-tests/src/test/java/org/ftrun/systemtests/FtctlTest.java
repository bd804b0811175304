package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ftctl as people and scripts use it, on a service that runs. */
@Timeout(120)
class FtctlTest {
  private static final Path SCRIPT = FtrunProcess.SCRIPT.resolveSibling("ftctl");

  @TempDir Path directory;
  private Path own;
  private FtrunProcess ftrun;

  @BeforeEach
  void start() throws Exception {
    own = Files.createDirectory(directory.resolve("own"));
    Path service = Files.createDirectory(directory.resolve("service"));
    ftrun = EchoServer.start(service, Map.of(), Linking.DYNAMIC);
  }

  @AfterEach
  void end() throws Exception {
    ftrun.close();
  }

  private ScriptRun ftctl(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--run-dir", ftrun.runDirectory().toString()));
    all.addAll(List.of(arguments));
    return ScriptRun.in(own, SCRIPT, all);
  }

  private ServiceStatus statusByJson() throws Exception {
    String json = ftctl(ftrun.name(), "status", "--json").assertDone();
    return new ServiceStatus(JsonParser.parseString(json).getAsJsonObject());
  }

  @Test
  void shouldShowTheServiceWhenItIsProtected() throws Exception {
    int port = EchoServer.port(ftrun);
    String name = ftrun.name();
    try (Socket client = Ports.connect(ftrun, port)) {
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(ftctl("list").assertDone())
          .matches(name + " +PROTECTED +epoch 1 +pid " + status.primaryPid() + "\n");
      List<Long> pids = status.pids();
      List<Integer> cores = List.copyOf(status.cores().values());
      assertThat(ftctl(name, "status").assertDone())
          .startsWith(name + " is PROTECTED, epoch 1\n")
          .contains("\n  primary      pid " + pids.get(0) + " on core " + cores.get(0) + "\n")
          .contains("\n  replica      pid " + pids.get(1) + " on core " + cores.get(1) + ", ")
          .contains("\n  connections  1\n");
      ServiceStatus byJson = statusByJson();
      assertThat(byJson.json().get("name").getAsString()).isEqualTo(name);
      assertThat(byJson.isProtected()).isTrue();
      assertThat(byJson.cores()).isEqualTo(status.cores());
      Await.until(
          FtrunProcess.LIMIT,
          () -> "not known: " + ftrun.connections() + ftrun.messages(),
          () -> ftrun.connections().stream().allMatch(Connection::isKnown));
      String local = "127.0.0.1:" + port;
      String remote = "127.0.0.1:" + client.getLocalPort();
      assertThat(ftctl(name, "connections").assertDone())
          .startsWith("fd ")
          .containsPattern("\n\\d+ +" + local + " +" + remote + " +ESTABLISHED ")
          .hasLineCount(2);
      JsonArray connections =
          JsonParser.parseString(ftctl(name, "connections", "--json").assertDone())
              .getAsJsonArray();
      assertThat(connections).hasSize(1);
      assertThat(new Connection(connections.get(0).getAsJsonObject()).remote()).isEqualTo(remote);
    }
  }

  @Test
  void shouldControlTheServiceWhenAsked() throws Exception {
    String name = ftrun.name();
    List<Long> pids = ftrun.awaitProtected().pids();
    assertThat(ftctl(name, "takeover").assertDone()).isEmpty();
    ServiceStatus after = statusByJson();
    assertThat(after.epoch()).isEqualTo(2);
    assertThat(after.primaryPid()).isEqualTo(pids.get(1));
    assertThat(after.takeoverCauses()).containsExactly("REQUEST");
    ftrun.awaitProtected();
    ftctl(name, "protect").assertFailed(1, "ftctl: protect cannot be done yet");
    assertThat(ftctl(name, "unprotect").assertDone()).isEmpty();
    assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
    assertThat(ftctl("list").assertDone())
        .matches(name + " +UNPROTECTED +epoch 2 +pid " + pids.get(1) + " +on request\n");
    ftctl(name, "takeover").assertFailed(1, "ftctl: the service is UNPROTECTED, nothing can");
    assertThat(ftctl(name, "stop").assertDone()).isEmpty();
    assertThat(ftrun.awaitExit()).isEqualTo(128 + 15);
    ftctl(name, "status").assertFailed(3, "ftctl: no service named " + name + " is running");
    assertThat(ftctl("list").assertDone()).isEmpty();
  }

  @Test
  void shouldSayWhatIsWrongWhenItCannotBeDone() throws Exception {
    ftctl("nobody", "status").assertFailed(3, "ftctl: no service named nobody is running");
    ftctl(ftrun.name(), "fly").assertFailed(2, "ftctl: unknown command 'fly' (see ftctl --help)");
    ftctl().assertFailed(2, "ftctl: say list, or NAME and a command (see ftctl --help)");
    ftctl("--fly", "list").assertFailed(2, "ftctl: unknown option '--fly' (see ftctl --help)");
  }
}
