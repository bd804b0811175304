package org.ftrun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonElement;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.ftrun.daemon.service.ScriptedService;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ControlServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final ScriptedService service = new ScriptedService();
  @TempDir Path directory;
  private ControlServer server;

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void shouldAnswerStatusAsInContractWhenAsked() throws Exception {
    server = serving("ngircd");
    assertThat(request("ngircd", ControlRequest.STATUS).toString())
        .isEqualTo(ScriptedService.STATUS_JSON);
  }

  @Test
  void shouldCarryOutRequestsWhenServiceAgrees() throws Exception {
    server = serving("x");
    request("x", ControlRequest.TAKEOVER);
    request("x", ControlRequest.UNPROTECT);
    request("x", ControlRequest.STOP);
    assertThat(service.asked).containsExactly("takeover", "unprotect", "stop");
  }

  @Test
  void shouldRefuseInOneLineWhenServiceRefuses() throws Exception {
    service.refuse("no replica follows");
    server = serving("x");
    assertThatThrownBy(() -> request("x", ControlRequest.TAKEOVER))
        .hasMessage("no replica follows");
    assertThatThrownBy(() -> request("x", ControlRequest.PROTECT)).hasMessageContaining("yet");
  }

  @Test
  void shouldMakePrivateSocketInPublicDirectoryWhenClaimed() throws Exception {
    RunDirectory fresh = new RunDirectory(directory.resolve("a/b"));
    try (ControlServer claimed = ControlServer.claim(fresh, "x")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(claimed.path())))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh.path())))
          .isEqualTo("rwxr-xr-x");
    }
    assertThat(fresh.path()).isEmptyDirectory();
  }

  @Test
  void shouldRefuseNameWhenServiceOfThatNameRuns() throws Exception {
    server = serving("x");
    assertThatThrownBy(() -> ControlServer.claim(runDirectory(), "x"))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("a service named x is running");
    request("x", ControlRequest.STATUS);
  }

  @Test
  void shouldReplaceSocketWhenItsOwnerIsDead() throws Exception {
    Path dead = runDirectory().socket("x");
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(dead));
    }
    assertThat(dead).exists();
    assertThatThrownBy(() -> request("x", ControlRequest.STATUS))
        .hasMessageContaining("no service");
    server = serving("x");
    request("x", ControlRequest.STATUS);
  }

  @Test
  void shouldServeOthersWhenOneClientIsStuck() throws Exception {
    server = serving("x");
    try (SocketChannel stuck = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
      stuck.write(ByteBuffer.wrap("{\"command\":".getBytes(StandardCharsets.UTF_8)));
      request("x", ControlRequest.STATUS);
      assertThat(stuck.read(ByteBuffer.allocate(10))).isEqualTo(-1);
    }
  }

  @Test
  void shouldAnswerWithErrorWhenRequestIsNoRequest() throws Exception {
    server = serving("x");
    for (String line : new String[] {"", "{", "[]", "\"status\"", "{\"command\":[]}", "{}"}) {
      assertThat(raw(server, line + "\n")).startsWith("{\"ok\":false,\"error\":\"").endsWith("\n");
    }
    assertThat(raw(server, "x".repeat(ControlServer.LONGEST_REQUEST)))
        .contains("longer than 4096 bytes");
    request("x", ControlRequest.STATUS);
  }

  @Test
  void shouldRefusePeerWhenItIsAnotherUser() throws Exception {
    assumeThat(Libc.call(SyscallNumber.GETEUID)).isZero();
    server = serving("x");
    Files.setPosixFilePermissions(server.path(), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    int setresuid = 117; // of this thread only: the raw call
    assertThat(Libc.call(setresuid, -1, 65534, -1)).isZero();
    try {
      assertThatThrownBy(() -> request("x", ControlRequest.STOP))
          .hasMessageContaining("belongs to another user");
    } finally {
      assertThat(Libc.call(setresuid, -1, 0, -1)).isZero();
    }
    assertThat(service.asked).isEmpty();
  }

  @Test
  void shouldSayWhatToDoWhenDirectoryCannotBeUsed() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> ControlServer.claim(new RunDirectory(file), "x"))
        .hasMessageContaining("not a directory")
        .hasMessageContaining("--run-dir");
    assertThatThrownBy(
            () -> ControlServer.claim(new RunDirectory(directory.resolve("l".repeat(99))), "x"))
        .hasMessageContaining("107 bytes");
  }

  @Test
  void shouldChooseDirectoryByUserWhenNoneIsAsked() throws Exception {
    assertThat(RunDirectory.choose(null, true, Map.of()).path()).hasToString("/run/ftrun");
    assertThat(RunDirectory.choose(null, false, Map.of("XDG_RUNTIME_DIR", "/run/user/1")).path())
        .hasToString("/run/user/1/ftrun");
    assertThat(RunDirectory.choose(Path.of("/a/../b"), false, Map.of()).path()).hasToString("/b");
    assertThatThrownBy(() -> RunDirectory.choose(null, false, Map.of()))
        .hasMessageContaining("no permission for /run/ftrun");
  }

  private RunDirectory runDirectory() {
    return new RunDirectory(directory);
  }

  private ControlServer serving(String name) throws ControlException {
    ControlServer server = ControlServer.claim(runDirectory(), name);
    server.serve(service);
    return server;
  }

  private JsonElement request(String name, ControlRequest request) throws ControlException {
    return ControlClient.request(runDirectory(), name, request, LIMIT);
  }

  private static String raw(ControlServer server, String text) throws Exception {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
      client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      ByteBuffer reply = ByteBuffer.allocate(1000);
      while (client.read(reply) > 0) {
        assertThat(reply.hasRemaining()).isTrue();
      }
      return new String(reply.array(), 0, reply.position(), StandardCharsets.UTF_8);
    }
  }
}
