package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Services that may open nothing of ours are protected like others, and find nothing of ours among
 * their descriptors.
 */
@Timeout(120)
class ConfinedServicesTest {
  @TempDir Path directory;

  /** What a service is confined to. */
  enum Confinement {
    /** Another user, who is not allowed anything. */
    NO_PRIVILEGES {
      @Override
      List<String> command(Path directory) {
        return List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
            directory.resolve("service").toString());
      }
    },
    /** A root directory with nothing in it but the program, here also without privileges. */
    OTHER_ROOT {
      @Override
      List<String> command(Path directory) {
        return List.of("chroot", "--userspec=65534:65534", directory.toString(), "/service");
      }
    },
    /** Descriptors for itself, its listening socket and a single client, as soft and hard limit. */
    FEW_DESCRIPTORS {
      @Override
      List<String> command(Path directory) {
        return List.of("prlimit", "--nofile=5:5", directory.resolve("service").toString());
      }
    };

    abstract List<String> command(Path directory);
  }

  @BeforeEach
  void letOthersIn() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @EnumSource(Confinement.class)
  void shouldEchoEveryByteWhenItsProcessIsKilled(Confinement confinement) throws Exception {
    Files.copy(
        new CProgram("echo_server", Linking.STATIC).executable(), directory.resolve("service"));
    List<String> command = confinement.command(directory);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command)) {
      int port = EchoServer.port(ftrun);
      assertThat(descriptors(ftrun.awaitProtected().primaryPid())).containsExactly(0, 1, 2, 3);
      try (Conversation client = new EchoClient(Ports.connect(ftrun, port), 1, 10_000)) {
        new KillStorm(ftrun, client, 50_000).kill(3);
        assertThat(descriptors(ftrun.awaitProtected().primaryPid())).containsExactly(0, 1, 2, 3, 4);
        client.finish();
      }
    }
  }

  @Test
  void shouldServeUnprotectedWhenTheLogDoesNotFitItsAddressSpace() throws Exception {
    List<String> command = new ArrayList<>(List.of("prlimit", "--as=33554432"));
    command.addAll(EchoServer.command(Linking.STATIC));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command);
        EchoClient client = new EchoClient(Ports.connect(ftrun, EchoServer.port(ftrun)), 1, 1000)) {
      assertThat(ftrun.awaitUnprotected())
          .isEqualTo("the event log cannot be mapped into the service: Cannot allocate memory");
      long pid = ftrun.status().orElseThrow().primaryPid();
      assertThat(descriptors(pid)).containsExactly(0, 1, 2, 3, 4);
      EchoServer.awaitProgress(ftrun, client, 10_000);
      client.finish();
    }
  }

  private static TreeSet<Integer> descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.map(path -> Integer.valueOf(path.getFileName().toString()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void shouldStateTheSameFactsWhenItHasNoPrivileges() throws Exception {
    TinyProgram program = new TinyProgram("credentials", Linking.STATIC, List.of("1"), 0);
    Files.copy(Path.of(program.command().get(0)), directory.resolve("service"));
    List<String> command = new ArrayList<>(Confinement.NO_PRIVILEGES.command(directory));
    command.add("1");
    Path work = Files.createDirectories(directory.resolve("native"));
    Outcome natively = Outcome.natively(work, command);
    assertThat(natively.output()).contains("done\n").doesNotContain("FAILED");
    new TinyRun(directory, Map.of(), command).through(natively, step -> true);
  }
}
