package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@code ftctl NAME connections} tells: a connection is there as soon as it was accepted, its
 * addresses and sequence numbers come a little later, for which the service stands still once.
 */
@Timeout(120)
class ConnectionsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeKnownWhenTheServiceIsIdle(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC)) {
      int port = EchoServer.port(ftrun);
      ftrun.awaitProtected();
      try (Socket first = Ports.connect(ftrun, port);
          Socket second = Ports.connect(ftrun, port)) {
        awaitKnown(ftrun, List.of(first, second));
        List<Connection> before = ftrun.connections();
        ftrun.killPrimaryAndAwaitProtected();
        assertThat(ftrun.connections()).isEqualTo(before);
        try (Socket third = Ports.connect(ftrun, port)) {
          awaitKnown(ftrun, List.of(first, second, third));
          assertThat(ftrun.connections()).containsAll(before);
          echo(third);
        }
        echo(first);
        echo(second);
      }
      assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeKnownWhenTheServiceIsBusy(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC)) {
      int port = EchoServer.port(ftrun);
      ftrun.awaitProtected();
      List<Socket> sockets = new ArrayList<>();
      List<EchoClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        sockets.add(Ports.connect(ftrun, port));
        clients.add(new EchoClient(sockets.get(i), i, 1000));
      }
      try (Conversation crowd = new Crowd(clients)) {
        awaitKnown(ftrun, sockets);
        long progress = crowd.progress();
        EchoServer.awaitProgress(ftrun, crowd, 100_000);
        assertThat(crowd.progress()).isGreaterThan(progress);
        crowd.finish();
      }
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
    }
  }

  /** Waits until all that can be known of the connections of these clients, and no others, is. */
  private static void awaitKnown(FtrunProcess ftrun, List<Socket> clients) throws Exception {
    List<String> expected =
        clients.stream()
            .map(client -> "127.0.0.1:" + client.getPort() + " 127.0.0.1:" + client.getLocalPort())
            .sorted()
            .toList();
    Await.until(
        FtrunProcess.LIMIT,
        () -> expected + " are not known: " + ftrun.connections() + ftrun.messages(),
        () ->
            ftrun.connections().stream()
                .filter(Connection::isKnown)
                .map(connection -> connection.local() + " " + connection.remote())
                .sorted()
                .collect(Collectors.toList())
                .equals(expected));
  }

  private static void echo(Socket client) throws Exception {
    client.getOutputStream().write("echo".getBytes());
    assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("echo");
  }
}
