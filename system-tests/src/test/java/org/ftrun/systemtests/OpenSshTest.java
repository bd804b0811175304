package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * OpenSSH's daemon, killed while a session types on. The session is served by a child that runs
 * natively; who comes later finds a daemon all the same.
 */
@Timeout(120)
class OpenSshTest {
  private static final int KILLS = KillStorm.kills(3);
  private static final int LINES_BETWEEN_KILLS = 20;
  private static final int END_SECONDS = 30;

  /** sshd wants it; Debian's start script makes it. */
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  @TempDir Path directory;
  private boolean made;
  private int port;

  @BeforeEach
  void prepare() throws Exception {
    made = !Files.exists(PRIVILEGE_SEPARATION);
    Files.createDirectories(PRIVILEGE_SEPARATION);
    port = Ports.free();
    for (String key : List.of("host", "client")) {
      run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory.resolve(key).toString());
    }
    Files.writeString(
        directory.resolve("sshd.conf"),
        """
        Port %1$d
        ListenAddress 127.0.0.1
        HostKey %2$s/host
        PidFile none
        AuthorizedKeysFile %2$s/client.pub
        StrictModes no
        UsePAM no
        PermitRootLogin yes
        """
            .formatted(port, directory));
  }

  @AfterEach
  void clearUp() throws IOException {
    if (made) {
      Files.delete(PRIVILEGE_SEPARATION);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldTypeOnWhenTheDaemonIsKilled(FastPathMode mode) throws Exception {
    List<String> command =
        List.of("/usr/sbin/sshd", "-D", "-e", "-f", directory.resolve("sshd.conf").toString());
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      Process session = start(client("cat"));
      try (BufferedReader answers = session.inputReader()) {
        BufferedWriter typing = session.outputWriter();
        type(typing, answers, 0);
        for (int kill = 1; kill <= KILLS; kill++) {
          ftrun.killPrimaryAndAwaitProtected();
          type(typing, answers, kill);
          assertThat(run(client("echo", "here", "" + kill))).isEqualTo("here " + kill);
        }
        typing.close();
        assertThat(answers.readLine()).isNull();
        assertThat(session.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(session.exitValue()).isZero();
      } finally {
        session.destroyForcibly().waitFor();
      }
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.takeoverCauses()).hasSize(KILLS);
    }
  }

  private static void type(BufferedWriter typing, BufferedReader answers, int kill)
      throws IOException {
    for (int i = 0; i < LINES_BETWEEN_KILLS; i++) {
      String line = "line " + i + " behind kill " + kill;
      typing.write(line + "\n");
      typing.flush();
      assertThat(answers.readLine()).isEqualTo(line);
    }
  }

  private String[] client(String... words) {
    List<String> command = new ArrayList<>(List.of("ssh", "-F", "none", "-p", "" + port));
    command.addAll(List.of("-i", directory.resolve("client").toString()));
    for (String option :
        List.of(
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR")) {
      command.addAll(List.of("-o", option));
    }
    command.add("root@127.0.0.1");
    command.addAll(List.of(words));
    return command.toArray(String[]::new);
  }

  private Process start(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectError(directory.resolve("client.err").toFile())
        .start();
  }

  /** What a program prints, which must end well. */
  private String run(String... command) throws Exception {
    Process process = start(command);
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue())
          .as(Files.readString(directory.resolve("client.err")))
          .isZero();
      return output.strip();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
