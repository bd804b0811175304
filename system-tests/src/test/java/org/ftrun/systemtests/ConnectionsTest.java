package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.ftrun.shadow.LoopbackCapture;
import org.junit.jupiter.api.Test;
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
  /** Bytes that a socket takes without being read. */
  private static final int UNDER_WAY = 50_000;

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

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldHaveTheNumbersOfTheWireWhenThePrimaryIsKilled(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.startOnBoth(directory, mode)) {
      List<Integer> ports = EchoServer.ports(ftrun);
      ftrun.awaitProtected();
      try (LoopbackCapture four = LoopbackCapture.ofIpv4(ports.get(0));
          LoopbackCapture six = LoopbackCapture.ofIpv6(ports.get(1));
          Socket first = new Socket("127.0.0.1", ports.get(0));
          Socket second = new Socket("::1", ports.get(1))) {
        List<Socket> clients = List.of(first, second);
        List<WiredConnection> wired =
            List.of(
                WiredConnection.of(four, first.getLocalPort()),
                WiredConnection.of(six, second.getLocalPort()));
        echo(first);
        awaitKnown(ftrun, clients);
        awaitNumbersOfTheWire(ftrun, wired);

        byte[] bytes = new byte[UNDER_WAY];
        first.getOutputStream().write(bytes);
        second.getOutputStream().write(bytes);
        long epoch = ftrun.killPrimary();
        for (Socket client : clients) {
          assertThat(client.getInputStream().readNBytes(UNDER_WAY)).isEqualTo(bytes);
        }
        ftrun.awaitProtectedAfter(epoch);
        awaitNumbersOfTheWire(ftrun, wired);

        echo(second);
        ftrun.takeOver();
        echo(first);
        awaitNumbersOfTheWire(ftrun, wired);
      }
    }
  }

  /** The service's first process uses the same numbers for other descriptors. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldHaveTheNumbersOfTheWireWhenAFurtherProcessServesAndIsKilled(FastPathMode mode)
      throws Exception {
    try (FtrunProcess ftrun = EchoServer.startWithWorker(directory, mode, "")) {
      int port = EchoServer.port(ftrun);
      ftrun.awaitProtected();
      try (LoopbackCapture capture = LoopbackCapture.ofIpv4(port);
          Socket first = new Socket("127.0.0.1", port);
          Socket second = new Socket("127.0.0.1", port)) {
        List<Socket> clients = List.of(first, second);
        List<WiredConnection> wired =
            List.of(
                WiredConnection.of(capture, first.getLocalPort()),
                WiredConnection.of(capture, second.getLocalPort()));
        for (int kill = 2; kill <= 3; kill++) {
          echo(first);
          echo(second);
          awaitKnown(ftrun, clients);
          awaitNumbersOfTheWire(ftrun, wired);
          byte[] bytes = new byte[UNDER_WAY];
          first.getOutputStream().write(bytes);
          second.getOutputStream().write(bytes);
          long epoch = ftrun.kill(Victim.EACH_IN_TURN, kill);
          for (Socket client : clients) {
            assertThat(client.getInputStream().readNBytes(UNDER_WAY)).isEqualTo(bytes);
          }
          assertThat(ftrun.awaitProtectedAfter(epoch).processes()).hasSize(2);
          awaitNumbersOfTheWire(ftrun, wired);
        }
        try (Socket third = Ports.connect(ftrun, port)) {
          echo(third);
          awaitKnown(ftrun, List.of(first, second, third));
        }
        awaitKnown(ftrun, clients);
      }
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.disagreed()).as(ftrun.messages()).isZero();
      assertThat(ftrun.messages()).doesNotContain("does not fit");
    }
  }

  @Test
  void shouldBeRefusedWhenTheServiceIsNotProtected() throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, Map.of(), Linking.DYNAMIC);
        Socket client = Ports.connect(ftrun, EchoServer.port(ftrun))) {
      ftrun.awaitProtected();
      ftrun.unprotect();
      assertThatThrownBy(ftrun::connections)
          .hasMessageEndingWith(" is not protected: its connections are not known");
      echo(client);
    }
  }

  /** Waits until the shadow has seen the last bytes; compares the connections with the wire. */
  private static void awaitNumbersOfTheWire(FtrunProcess ftrun, List<WiredConnection> wired)
      throws Exception {
    for (WiredConnection connection : wired) {
      Connection told =
          Await.answer(
              FtrunProcess.LIMIT,
              () -> connection + " is not what is told: " + ftrun.connections() + ftrun.messages(),
              () ->
                  ftrun.connections().stream()
                      .filter(one -> one.remote().endsWith(":" + connection.client()))
                      .filter(connection::hasPositionsOf)
                      .findFirst());
      connection.assertIdentityOf(told);
    }
  }

  /** Waits until all that can be known of the connections of these clients, and no others, is. */
  private static void awaitKnown(FtrunProcess ftrun, List<Socket> clients) throws Exception {
    List<String> expected =
        clients.stream()
            .map(
                client ->
                    shown(client.getInetAddress(), client.getPort())
                        + " "
                        + shown(client.getLocalAddress(), client.getLocalPort()))
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

  /** An address of loopback as ftctl shows it. */
  private static String shown(InetAddress address, int port) {
    return (address instanceof Inet6Address ? "[::1]:" : "127.0.0.1:") + port;
  }

  private static void echo(Socket client) throws Exception {
    client.getOutputStream().write("echo".getBytes());
    assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("echo");
  }
}
