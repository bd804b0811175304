package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the service did is done to real sockets, what the log has of it is given to the oracle: it
 * has to find the difference.
 */
@Timeout(60)
class InFlightOracleTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  private final InFlightOracle oracle = new InFlightOracle();

  /** The two ways in which the service can have come by a connection. */
  enum Side {
    ACCEPTED(Opening.ACCEPTED),
    CONNECTED(Opening.CONNECTED);

    final Opening opening;

    Side(Opening opening) {
      this.opening = opening;
    }

    RawSocket service(RawSocket.Pair pair) {
      return this == ACCEPTED ? pair.accepted() : pair.connected();
    }

    RawSocket peer(RawSocket.Pair pair) {
      return this == ACCEPTED ? pair.connected() : pair.accepted();
    }
  }

  /** What the log has of a connection. */
  private static final class Logged {
    private final RawSocket socket;
    private final Side side;
    private ShadowState state = ShadowState.ESTABLISHED;
    private long received;
    private long sent;
    private boolean peerFin;
    private boolean ownFin;

    Logged(RawSocket socket, Side side) {
      this.socket = socket;
      this.side = side;
    }

    Logged bytes(long newReceived, long newSent) {
      received = newReceived;
      sent = newSent;
      return this;
    }

    Logged peerFin() {
      peerFin = true;
      state = ownFin ? ShadowState.BOTH_CLOSED : ShadowState.PEER_CLOSED;
      return this;
    }

    Logged ownFin() {
      ownFin = true;
      state = peerFin ? ShadowState.BOTH_CLOSED : ShadowState.SELF_CLOSED;
      return this;
    }

    Logged reset() {
      state = ShadowState.RESET;
      return this;
    }

    ShadowConnection snapshot() {
      return new ShadowConnection(
          socket.descriptor,
          state,
          side.opening,
          received,
          sent,
          peerFin,
          ownFin,
          true,
          Optional.empty());
    }
  }

  private InFlightVerdict judge(Logged logged) {
    ShadowConnection connection = logged.snapshot();
    return oracle.observe(PID, connection.descriptor()).orElseThrow().judge(connection);
  }

  private void assertExact(Logged logged, long received, long sent) {
    InFlightVerdict verdict = judge(logged);
    assertThat(verdict.received()).isEqualTo(InFlightBytes.exactly(received));
    assertThat(verdict.sent()).isEqualTo(InFlightBytes.exactly(sent));
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindNothingWhenLogIsComplete(Side side) {
    for (int family : new int[] {SocketAbi.AF_INET, SocketAbi.AF_INET6}) {
      try (RawSocket.Pair pair = RawSocket.Pair.of(family)) {
        RawSocket service = side.service(pair);
        assertExact(new Logged(service, side), 0, 0);
        side.peer(pair).write("question");
        service.read(100);
        service.write("answer");
        side.peer(pair).write("not read yet");
        assertExact(new Logged(service, side).bytes(8, 6), 0, 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindBytesWhenCallsAreNotLogged(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      side.peer(pair).write("question");
      assertThat(service.read(3)).isEqualTo(3);
      assertExact(new Logged(service, side), 3, 0);
      assertThat(service.write("answer")).isEqualTo(6);
      assertExact(new Logged(service, side).bytes(3, 0), 0, 6);
      assertExact(new Logged(service, side).bytes(2, 5), 1, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindBytesWhenPeerDoesNotRead(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      assertThat(service.call("fcntl", 4, RawSocket.NONBLOCK)).isZero();
      byte[] block = new byte[32_768];
      long total = 0;
      long written = service.write(block, 0, block.length);
      for (int i = 0; i < 10_000 && written > 0; i++) {
        total += written;
        written = service.write(block, 0, block.length);
      }
      assertThat(written).isEqualTo(-Errno.EAGAIN);
      assertExact(new Logged(service, side).bytes(0, total - 777), 0, 777);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotCountPeerFinWhenPeerClosed(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      side.peer(pair).write("last");
      side.peer(pair).shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE_WAIT);
      assertExact(new Logged(service, side), 0, 0);
      assertThat(service.read(2)).isEqualTo(2);
      assertExact(new Logged(service, side), 2, 0);
      assertThat(service.read(100)).isEqualTo(2);
      assertExact(new Logged(service, side).bytes(2, 0), 2, 0);
      assertThat(service.read(100)).isZero();
      assertExact(new Logged(service, side).bytes(4, 0), 0, 0);
      assertExact(new Logged(service, side).bytes(4, 0).peerFin(), 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotCountOwnFinWhenWeClosed(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      service.write("last");
      assertThat(service.shutdown(SocketAbi.SHUT_WR)).isZero();
      assertExact(new Logged(service, side).bytes(0, 4), 0, 0);
      awaitState(service, KernelTcpState.FIN_WAIT2);
      assertExact(new Logged(service, side).bytes(0, 4), 0, 0);
      assertExact(new Logged(service, side).bytes(0, 4).ownFin(), 0, 0);
      side.peer(pair).write("more");
      service.read(4);
      assertExact(new Logged(service, side).bytes(1, 4).ownFin(), 3, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotCountFinsWhenWeClosedFirstAndPeerThen(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      service.write("ours");
      service.shutdown(SocketAbi.SHUT_WR);
      side.peer(pair).write("theirs");
      side.peer(pair).shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE);
      assertExact(new Logged(service, side).bytes(0, 4), 0, 0);
      assertExact(new Logged(service, side).bytes(0, 4).ownFin(), 0, 0);
      assertThat(service.read(100)).isEqualTo(6);
      assertExact(new Logged(service, side).bytes(0, 4).ownFin(), 6, 0);
      assertThat(service.read(100)).isZero();
      assertExact(new Logged(service, side).bytes(6, 4).ownFin(), 0, 0);
      assertExact(new Logged(service, side).bytes(6, 4).ownFin().peerFin(), 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotCountFinsWhenPeerClosedFirstAndWeThen(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      side.peer(pair).write("theirs");
      side.peer(pair).shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE_WAIT);
      service.write("ours");
      service.shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE);
      assertExact(new Logged(service, side).bytes(0, 4), 0, 0);
      service.read(100);
      assertExact(new Logged(service, side).bytes(0, 4).ownFin(), 6, 0);
      assertExact(new Logged(service, side).bytes(6, 0).ownFin(), 0, 4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldDecideByTheLogWhenPeerReset(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      side.peer(pair).write("theirs");
      service.write("ours");
      side.peer(pair).reset();
      awaitState(service, KernelTcpState.CLOSE);
      assertExact(new Logged(service, side).bytes(0, 4), 0, 0);
      assertExact(new Logged(service, side).bytes(0, 0), 0, 4);
      assertThat(service.read(4)).isEqualTo(4);
      assertExact(new Logged(service, side).bytes(0, 4), 4, 0);
      assertThat(service.read(4)).isEqualTo(2);
      assertThat(service.read(4)).isEqualTo(-Errno.ECONNRESET);
      assertExact(new Logged(service, side).bytes(4, 4).reset(), 2, 0);
      InFlightVerdict doubtful = judge(new Logged(service, side).bytes(6, 3));
      assertThat(doubtful.received()).isEqualTo(InFlightBytes.exactly(0));
      assertThat(doubtful.sent().isExact()).isFalse();
      assertThat(doubtful.sent().atLeast()).isZero();
      assertThat(doubtful.sent().atMost()).isEqualTo(1);
    }
  }

  @Test
  void shouldBeSilentAboutTheErrorWhenAskingAfterAReset() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      pair.connected().reset();
      awaitState(pair.accepted(), KernelTcpState.CLOSE);
      assertExact(new Logged(pair.accepted(), Side.ACCEPTED), 0, 0);
      assertThat(pair.accepted().read(1)).isEqualTo(-Errno.ECONNRESET);
    }
  }

  /** A page or more unread keeps the kernel from telling whether a FIN came before the end. */
  @ParameterizedTest
  @ValueSource(ints = {100, 4_095, 4_096, 20_000})
  void shouldNotGuessWhenMuchIsUnread(int unread) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = pair.accepted();
      pair.connected().write(new byte[unread + 5], 0, unread + 5);
      pair.connected().shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE_WAIT);
      service.read(5);
      service.shutdown(SocketAbi.SHUT_WR);
      awaitState(service, KernelTcpState.CLOSE);
      InFlightVerdict verdict = judge(new Logged(service, Side.ACCEPTED).ownFin());
      assertThat(verdict.received().atLeast()).isEqualTo(5);
      assertThat(verdict.received().isExact()).isEqualTo(unread < 4_096);
      assertThat(verdict.sent()).isEqualTo(InFlightBytes.exactly(0));
    }
  }

  @Test
  void shouldFindNothingWhenConnectIsUnderWayOrRefused() {
    try (RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 0)) {
      var sockets = RawSocket.fillBacklog(SocketAbi.AF_INET, listener);
      RawSocket waiting = sockets.get(sockets.size() - 1);
      assertExact(new Logged(waiting, Side.CONNECTED), 0, 0);
      sockets.forEach(RawSocket::close);
    }
    int freePort;
    try (RawSocket closed = RawSocket.open(SocketAbi.AF_INET, 0)) {
      closed.bind(0);
      freePort = closed.port();
      try (RawSocket refused = RawSocket.open(SocketAbi.AF_INET, RawSocket.NONBLOCK)) {
        refused.connect(freePort);
        awaitState(refused, KernelTcpState.CLOSE);
        assertExact(new Logged(refused, Side.CONNECTED), 0, 0);
      }
    }
  }

  @Test
  void shouldSaySoWhenTheLogHasMoreThanTheKernel() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      InFlightVerdict verdict = judge(new Logged(pair.accepted(), Side.ACCEPTED).bytes(1, 2));
      assertThat(verdict.isExact()).isFalse();
      assertThat(verdict.received().doubt()).contains("1 more than the kernel");
      assertThat(verdict.sent().doubt()).contains("2 more than the kernel");
    }
  }

  @Test
  void shouldSaySoWhenThereIsNoSuchDescriptor() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      Logged gone = new Logged(pair.accepted(), Side.ACCEPTED);
      pair.accepted().close();
      assertThat(judge(gone).isExact()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellWhatTheCallMovedInItsDirection(Side side) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket service = side.service(pair);
      side.peer(pair).write("question");
      service.read(8);
      service.write("answer");
      Logged logged = new Logged(service, side).bytes(5, 2);
      for (String receiving : List.of("read", "readv", "recvfrom")) {
        assertThat(moved(receiving, logged, 100)).isEqualTo(InFlightBytes.exactly(3));
      }
      for (String sending : List.of("write", "writev", "sendto", "sendmsg")) {
        assertThat(moved(sending, logged, 100)).isEqualTo(InFlightBytes.exactly(4));
      }
    }
  }

  @Test
  void shouldHaveNoOpinionWhenResultsDoNotCountBytesOfTcp() throws IOException {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      int socket = pair.accepted().descriptor;
      assertThat(transfer("accept", socket, 0, 0)).isEmpty();
      assertThat(transfer("epoll_wait", socket, 1, 1)).isEmpty();
      assertThat(transfer("sendmmsg", socket, 1, 1)).isEmpty();
      assertThat(transfer("recvfrom", socket, 1, 1, SocketAbi.MSG_PEEK)).isEmpty();
      assertThat(transfer("read", socket, 1, 0)).isEmpty();
      assertThat(transfer("read", socket, 1, 1)).isPresent();
    }
    try (RandomAccessFile file = new RandomAccessFile("/dev/zero", "r")) {
      File[] open = new File("/proc/self/fd").listFiles();
      for (File descriptor : open) {
        Path path = descriptor.toPath();
        if (Files.isSymbolicLink(path)
            && Files.readSymbolicLink(path).equals(Path.of("/dev/zero"))) {
          assertThat(transfer("read", Integer.parseInt(descriptor.getName()), 1, 1)).isEmpty();
        }
      }
      assertThat(file.read()).isZero();
    }
  }

  private Optional<InFlightTransfer> transfer(String call, long... arguments) {
    int number = SyscallTable.named(call).number();
    return oracle.transfer(PID, PID, number, Arrays.copyOf(arguments, 6));
  }

  private InFlightBytes moved(String call, Logged logged, long count) {
    ShadowConnection connection = logged.snapshot();
    return transfer(call, connection.descriptor(), 1, count).orElseThrow().moved(connection);
  }

  private static void awaitState(RawSocket socket, KernelTcpState state) {
    Awaited.until("state " + state, () -> socket.kernelState() == state);
  }
}
