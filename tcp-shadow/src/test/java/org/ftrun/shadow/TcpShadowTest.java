package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TcpShadowTest {
  private static final int ROOT = SyntheticLog.ROOT;
  private static final int LISTENER = 3;
  private static final int CONNECTION = 7;
  private static final int NO_DESCRIPTOR = 1 << 19;
  private static final int PID = (int) ProcessHandle.current().pid();

  private final ReadingQueue readings = new ReadingQueue(() -> 0);
  private final TcpShadow shadow = new TcpShadow(readings, 0, SyntheticLog.onlyRoot());
  private final SyntheticLog log = new SyntheticLog(shadow);

  @BeforeEach
  void accept() {
    log.call("socket", LISTENER, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM | RawSocket.NONBLOCK, 0);
    log.call("bind", 0, LISTENER);
    log.call("listen", 0, LISTENER, 128);
    log.call("accept4", CONNECTION, LISTENER);
  }

  private ShadowConnection connection() {
    return shadow.connection(ROOT, CONNECTION).orElseThrow();
  }

  private void assertState(ShadowState state) {
    assertThat(connection().state()).isEqualTo(state);
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldCountBytesWhenDataMoves() {
    log.call("read", 100, CONNECTION, 0, 4096);
    log.call("readv", 10, CONNECTION, 0, 2);
    log.call("recvfrom", 1, CONNECTION, 0, 4096, 0);
    log.call("recvmsg", 2, CONNECTION, 0, 0);
    log.call("write", 1000, CONNECTION, 0, 1000);
    log.call("writev", 200, CONNECTION, 0, 2);
    log.call("sendto", 30, CONNECTION, 0, 30, 0x4000);
    log.call("sendmsg", 4, CONNECTION, 0, 0);
    log.call("sendfile", 50_000, CONNECTION, 12, 0, 1 << 20);
    assertThat(connection().bytesReceived()).isEqualTo(113);
    assertThat(connection().bytesSent()).isEqualTo(51_234);
    assertThat(connection().countable()).isTrue();
    assertThat(connection().opening()).isEqualTo(Opening.ACCEPTED);
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldNotCountWhenNothingLeavesTheQueue() {
    log.call("recvfrom", 50, CONNECTION, 0, 4096, SocketAbi.MSG_PEEK);
    log.call("recvmsg", 60, CONNECTION, 0, SocketAbi.MSG_ERRQUEUE);
    log.call("recvfrom", 0, CONNECTION, 0, 4096, SocketAbi.MSG_PEEK);
    log.call("read", 0, CONNECTION, 0, 0);
    log.call("read", -Errno.EAGAIN, CONNECTION, 0, 4096);
    log.call("write", -Errno.EINTR, CONNECTION, 0, 4096);
    assertThat(connection().bytesReceived()).isZero();
    assertThat(connection().bytesSent()).isZero();
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldFollowBothWhenSplicing() {
    log.call("accept", 8, LISTENER);
    log.call("splice", 500, CONNECTION, 0, 20, 0, 4096, 0);
    log.call("splice", 300, 21, 0, 8, 0, 4096, 0);
    log.call("splice", 0, CONNECTION, 0, 20, 0, 4096, 0);
    assertThat(connection().bytesReceived()).isEqualTo(500);
    assertThat(shadow.connection(ROOT, 8).orElseThrow().bytesSent()).isEqualTo(300);
    assertState(ShadowState.PEER_CLOSED);
  }

  @Test
  void shouldBeHalfClosedWhenPeerEnds() {
    log.call("read", 0, CONNECTION, 0, 4096);
    assertState(ShadowState.PEER_CLOSED);
    log.call("read", 0, CONNECTION, 0, 4096);
    log.call("write", 5, CONNECTION, 0, 5);
    assertState(ShadowState.PEER_CLOSED);
    assertThat(shadow.openConnections()).isEqualTo(1);
    log.call("shutdown", 0, CONNECTION, SocketAbi.SHUT_WR);
    assertState(ShadowState.BOTH_CLOSED);
    assertThat(shadow.openConnections()).isZero();
  }

  @Test
  void shouldBeHalfClosedWhenServiceShutsDown() {
    log.call("shutdown", 0, CONNECTION, SocketAbi.SHUT_WR);
    assertState(ShadowState.SELF_CLOSED);
    log.call("write", -Errno.EPIPE, CONNECTION, 0, 5);
    log.call("read", 9, CONNECTION, 0, 4096);
    assertState(ShadowState.SELF_CLOSED);
    log.call("read", 0, CONNECTION, 0, 4096);
    assertState(ShadowState.BOTH_CLOSED);
  }

  @Test
  void shouldNotConcludeAFinWhenReceivingWasShutDown() {
    log.call("shutdown", 0, CONNECTION, SocketAbi.SHUT_RD);
    log.call("read", 0, CONNECTION, 0, 4096);
    assertThat(connection().peerFinRead()).isFalse();
    assertState(ShadowState.ESTABLISHED);
    log.call("shutdown", 0, CONNECTION, SocketAbi.SHUT_RDWR);
    assertState(ShadowState.SELF_CLOSED);
  }

  @Test
  void shouldBeResetWhenServiceIsToldSo() {
    log.call("write", -Errno.EPIPE, CONNECTION, 0, 5);
    assertState(ShadowState.RESET);
    log.call("read", 20, CONNECTION, 0, 4096);
    log.call("read", 0, CONNECTION, 0, 4096);
    assertState(ShadowState.RESET);
    log.call("accept", 8, LISTENER);
    log.call("recvfrom", -Errno.ECONNRESET, 8, 0, 4096, SocketAbi.MSG_PEEK);
    assertThat(shadow.connection(ROOT, 8).orElseThrow().state()).isEqualTo(ShadowState.RESET);
  }

  @Test
  void shouldLoseTheCountWhenTheLogDoesNotTellBytes() {
    log.call("accept", 8, LISTENER);
    log.call("accept", 9, LISTENER);
    log.call("recvmmsg", 2, CONNECTION, 0, 4, 0);
    log.call("sendmmsg", 2, 8, 0, 4, 0);
    log.call("recvfrom", 1, 9, 0, 1, SocketAbi.MSG_OOB);
    assertThat(shadow.connections()).hasSize(3).noneMatch(ShadowConnection::countable);
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldShareTheConnectionWhenDuplicated() {
    log.call("dup", 4, CONNECTION);
    log.call("dup2", 10, CONNECTION, 10);
    log.call("dup3", 11, CONNECTION, 11, 0);
    log.call("fcntl", 12, CONNECTION, SocketAbi.F_DUPFD, 12);
    log.call("fcntl", 13, 12, SocketAbi.F_DUPFD_CLOEXEC, 13);
    log.call("fcntl", 2, CONNECTION, 3, 0);
    log.call("dup2", CONNECTION, CONNECTION, CONNECTION);
    log.call("close", 0, CONNECTION);
    log.call("write", 5, 13, 0, 5);
    log.call("read", 6, 10, 0, 5);
    assertThat(shadow.connections()).hasSize(1);
    ShadowConnection only = shadow.connections().get(0);
    assertThat(only.descriptor()).isEqualTo(4);
    assertThat(only.bytesSent()).isEqualTo(5);
    assertThat(only.bytesReceived()).isEqualTo(6);
    log.call("close_range", 0, 4, 0xffff_ffffL, 0);
    assertThat(shadow.connections()).isEmpty();
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldCloseTheOtherWhenDuplicatedOntoIt() {
    log.call("accept", 8, LISTENER);
    log.call("dup2", 8, CONNECTION, 8);
    assertThat(shadow.connections()).extracting(ShadowConnection::descriptor).containsExactly(7);
    log.call("dup2", CONNECTION, 1, CONNECTION);
    assertThat(shadow.connections()).extracting(ShadowConnection::descriptor).containsExactly(8);
  }

  @Test
  void shouldForgetWhenDescriptorsClose() {
    log.call("close", -Errno.EBADF, CONNECTION);
    assertThat(shadow.connections()).hasSize(1);
    log.call("close_range", 0, CONNECTION, 100, SocketAbi.CLOSE_RANGE_CLOEXEC);
    assertThat(shadow.connections()).hasSize(1);
    log.call("close_range", 0, 8, 100, 0);
    assertThat(shadow.connections()).hasSize(1);
    log.call("close_range", 0, 5, CONNECTION, 0);
    assertThat(shadow.connections()).isEmpty();
    log.call("accept", 8, LISTENER);
    log.call("close", -Errno.EINTR, 8);
    assertThat(shadow.connections()).isEmpty();
    log.call("accept", 8, LISTENER);
    log.call("accept", 9, LISTENER);
    shadow.retain(ROOT, descriptor -> descriptor != 8);
    assertThat(shadow.connections()).extracting(ShadowConnection::descriptor).containsExactly(9);
  }

  @Test
  void shouldForgetWhenAnotherCallReturnsTheDescriptor() {
    log.call("pipe2", 0, 0);
    assertThat(shadow.connections()).hasSize(1);
    log.call("openat", CONNECTION, 0);
    assertThat(shadow.connections()).isEmpty();
    log.call("accept", 8, LISTENER);
    log.call("socket", 8, 1, SocketAbi.SOCK_STREAM, 0);
    assertThat(shadow.connections()).isEmpty();
  }

  @Test
  void shouldFollowOnlyTcpWhenSocketsAreMade() {
    log.call("socket", 20, SocketAbi.AF_INET6, SocketAbi.SOCK_STREAM, SocketAbi.IPPROTO_TCP);
    log.call("socket", 21, SocketAbi.AF_INET, 2, 0);
    log.call("socket", 22, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 132);
    log.call("socket", 23, 1, SocketAbi.SOCK_STREAM, 0);
    for (int descriptor = 20; descriptor < 24; descriptor++) {
      log.call("connect", 0, descriptor);
    }
    assertThat(shadow.connections())
        .extracting(ShadowConnection::descriptor)
        .containsExactly(CONNECTION, 20);
  }

  @Test
  void shouldFollowConnectWhenItDoesNotWait() {
    log.call("socket", 5, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
    log.call("connect", -Errno.EINPROGRESS, 5);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().state()).isEqualTo(ShadowState.SYN_SENT);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().opening()).isEqualTo(Opening.CONNECTED);
    assertThat(shadow.unread())
        .extracting(ServiceDescriptor::descriptor)
        .containsExactly(5, CONNECTION);
    assertThat(shadow.openConnections()).isEqualTo(1);
    log.call("connect", -Errno.EALREADY, 5);
    log.socketError(5, 0);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().state()).isEqualTo(ShadowState.SYN_SENT);
    log.call("getpeername", 0, 5);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().state()).isEqualTo(ShadowState.ESTABLISHED);
    log.call("connect", -Errno.EISCONN, 5);
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldBeUnconnectedWhenConnectFails() {
    for (int way = 0; way < 3; way++) {
      log.call("socket", 5, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
      log.call("connect", -Errno.EINPROGRESS, 5);
      switch (way) {
        case 0 -> log.socketError(5, Errno.ECONNREFUSED);
        case 1 -> log.call("connect", -Errno.ECONNREFUSED, 5);
        default -> log.call("read", -Errno.ETIMEDOUT, 5, 0, 10);
      }
      assertThat(shadow.connection(ROOT, 5)).isEmpty();
      log.call("connect", 0, 5);
      assertThat(shadow.connection(ROOT, 5).orElseThrow().state())
          .isEqualTo(ShadowState.ESTABLISHED);
    }
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldStartAnewWhenDisconnected() {
    log.call("socket", 5, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
    log.call("connect", 0, 5);
    log.call("write", 5, 5, 0, 5);
    log.call("connect", 0, 5);
    assertThat(shadow.connection(ROOT, 5)).isEmpty();
    log.call("connect", 0, 5);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().bytesSent()).isZero();
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldCountBytesInTheSynWhenFastOpening() {
    log.call("socket", 5, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
    log.call("sendto", 44, 5, 0, 44, SocketAbi.MSG_FASTOPEN);
    assertThat(shadow.connection(ROOT, 5).orElseThrow().bytesSent()).isEqualTo(44);
    assertState(ShadowState.ESTABLISHED);
  }

  @Test
  void shouldCountAnAnomalyWhenTheLogContradictsTheModel() {
    log.call("read", 0, CONNECTION, 0, 4096);
    log.call("read", 5, CONNECTION, 0, 4096);
    assertThat(shadow.anomalies()).isEqualTo(1);
    assertThat(connection().countable()).isFalse();
    log.call("listen", 0, CONNECTION);
    assertThat(shadow.anomalies()).isEqualTo(2);
    assertThat(connection().state()).isEqualTo(ShadowState.PEER_CLOSED);
    log.call("accept", 8, CONNECTION);
    assertThat(shadow.anomalies()).isEqualTo(3);
  }

  @Test
  void shouldBearItWhenTheLogIsScribbledOn() {
    for (String name : List.of("dup2", "accept4", "close", "read", "socket", "splice")) {
      for (long result : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, -1, 1 << 20}) {
        log.call(name, result, CONNECTION);
        log.call(name, result, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);
        log.call(name, result, Integer.MIN_VALUE);
      }
    }
    log.call("accept", 8, LISTENER);
    assertThat(shadow.connection(ROOT, 8)).isPresent();
  }

  @Test
  void shouldBeOverdueWhenUnreadForTwoRounds() {
    assertThat(shadow.passRound()).isZero();
    log.call("accept", 8, LISTENER);
    log.call("dup", 9, CONNECTION);
    assertThat(shadow.passRound()).isEqualTo(1);
    assertThat(shadow.overdue())
        .extracting(ServiceDescriptor::descriptor)
        .containsExactly(CONNECTION);
    assertThat(shadow.passRound()).isEqualTo(2);
    assertThat(shadow.overdue())
        .extracting(ServiceDescriptor::descriptor)
        .containsExactly(CONNECTION, 8);
    log.call("close", 0, 8);
    assertThat(shadow.overdue())
        .extracting(ServiceDescriptor::descriptor)
        .containsExactly(CONNECTION);
  }

  @Test
  void shouldNeverBeOverdueWhenDescriptorsAreUsedAgainInEachRound() {
    log.call("close", 0, CONNECTION);
    for (int round = 0; round < 20; round++) {
      log.call("accept", CONNECTION, LISTENER);
      assertThat(shadow.passRound()).as("round %d", round).isZero();
      if (round % 2 == 0) {
        log.call("close", 0, CONNECTION);
      }
    }
  }

  @Test
  void shouldBeOverdueLessAndLessOftenWhenReadInVain() {
    List<Integer> rounds = new ArrayList<>();
    for (int round = 1; round <= 320; round++) {
      if (shadow.passRound() > 0) {
        rounds.add(round);
        readings.stopped(PID, ROOT, NO_DESCRIPTOR);
        readings.stopped(PID, ROOT, CONNECTION); // which is none of this process's TCP sockets
        log.call("close", -Errno.EBADF, NO_DESCRIPTOR);
      }
    }
    assertThat(rounds).containsExactly(2, 6, 14, 30, 62, 126, 190, 254, 318);
  }

  @Test
  void shouldGiveAReadingToWhatTheDescriptorIsWhenItWasMade() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      int descriptor = pair.accepted().descriptor;
      long[] next = {0};
      ReadingQueue marked = new ReadingQueue(() -> next[0]);
      TcpShadow lagging = new TcpShadow(marked, 0, SyntheticLog.onlyRoot());
      SyntheticLog events = new SyntheticLog(lagging);
      events.call("socket", LISTENER, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
      events.call("listen", 0, LISTENER, 128);
      events.call("accept", descriptor, LISTENER);
      next[0] = events.next() + 4; // the shadow is four events behind
      marked.stopped(PID, ROOT, descriptor);
      events.call("write", 5, descriptor, 0, 5);
      events.call("close", 0, descriptor);
      assertThat(lagging.connections()).isEmpty();
      events.call("accept", descriptor, LISTENER);
      assertThat(lagging.unread())
          .extracting(ServiceDescriptor::descriptor)
          .containsExactly(descriptor);
      events.call("write", 7, descriptor, 0, 7);
      ShadowConnection read = lagging.connection(ROOT, descriptor).orElseThrow();
      assertThat(read.remote()).isEqualTo("127.0.0.1:" + pair.connected().port());
      assertThat(read.bytesSent()).isEqualTo(7);
      assertThat(lagging.unread()).isEmpty();
      assertThat(lagging.anomalies()).isZero();
    }
  }

  @Test
  void shouldFollowNothingWhenTheListenerIsNoTcpSocket() {
    log.call("socket", 4, 1, SocketAbi.SOCK_STREAM, 0);
    log.call("listen", 0, 4, 128);
    log.call("accept", CONNECTION, 4);
    assertThat(shadow.connections()).isEmpty();
    log.call("accept4", -Errno.EAGAIN, LISTENER);
    log.call("accept", -Errno.EINTR, LISTENER);
    assertThat(shadow.connections()).isEmpty();
    assertThat(shadow.passRound()).isZero();
    assertThat(shadow.anomalies()).isZero();
  }
}
