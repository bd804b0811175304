package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way: real sockets, real event log, the shadow on its thread, the wire as the judge. */
@Timeout(60)
class FollowedServiceTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {SocketAbi.AF_INET, SocketAbi.AF_INET6})
  void shouldKnowTheNumbersOfTheWireWhenServiceAccepts(int family) throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = service.listener(family);
        LoopbackCapture capture = new LoopbackCapture(family, listener.port());
        RawSocket peer = RawSocket.open(family, 0)) {
      peer.connect(listener.port());
      RawSocket connection = service.accept(listener);
      int client = peer.port();
      Segment syn = capture.await("SYN", s -> s.from() == client && s.has(LoopbackCapture.SYN));
      Segment answer = capture.await("SYN-ACK", s -> s.to() == client && s.has(2));
      service.caughtUp();
      ShadowConnection fresh = service.connection(connection).orElseThrow();
      assertThat(fresh.initialReceiveSequence()).isEqualTo(-1);
      assertThat(fresh.initialSendSequence()).isEqualTo(-1);
      assertThat(fresh.local() + fresh.remote()).isEqualTo("??");
      assertThat(fresh.options()).isEmpty();

      peer.write("a question");
      service.read(connection, 7);
      service.write(connection, "an answer");
      service.stop();
      service.read(connection, 100);
      service.caughtUp();
      ShadowConnection known = service.connection(connection).orElseThrow();
      assertThat(known.initialReceiveSequence()).isEqualTo(syn.sequence());
      assertThat(known.initialSendSequence()).isEqualTo(answer.sequence());
      assertThat(known.receivePosition()).isEqualTo(RepairReading.wrapped(syn.sequence() + 11));
      assertThat(known.sendPosition()).isEqualTo(RepairReading.wrapped(answer.sequence() + 10));
      assertThat(known.options())
          .contains(
              new TcpOptions(
                  syn.maximumSegmentSize(),
                  answer.windowScale() >= 0,
                  syn.windowScale(),
                  answer.windowScale(),
                  answer.selectiveAcknowledgements(),
                  answer.timestamps()));
      assertThat(known.remote()).endsWith(":" + client);
      assertThat(known.local()).endsWith(":" + listener.port());
      assertThat(service.unread()).isEmpty();

      service.write(connection, "and more");
      service.shutdown(connection);
      peer.shutdown(SocketAbi.SHUT_WR);
      service.read(connection, 100);
      Segment ourFin = capture.await("our FIN", s -> s.to() == client && s.has(1));
      Segment theirFin = capture.await("their FIN", s -> s.from() == client && s.has(1));
      service.caughtUp();
      ShadowConnection last = service.connection(connection).orElseThrow();
      assertThat(last.state()).isEqualTo(ShadowState.BOTH_CLOSED);
      assertThat(last.sendPosition()).isEqualTo(ourFin.next());
      assertThat(last.receivePosition()).isEqualTo(theirFin.next());
      service.close(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SocketAbi.AF_INET, SocketAbi.AF_INET6})
  void shouldKnowTheNumbersOfTheWireWhenServiceConnects(int family) throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = RawSocket.listening(family, 5);
        LoopbackCapture capture = new LoopbackCapture(family, listener.port());
        RawSocket connection = service.socket(family)) {
      assertThat(service.connect(connection, listener.port())).isZero();
      int client = connection.port();
      Segment syn = capture.await("SYN", s -> s.from() == client && s.has(LoopbackCapture.SYN));
      Segment answer = capture.await("SYN-ACK", s -> s.to() == client && s.has(2));
      service.write(connection, "hello");
      service.caughtUp();
      ShadowConnection shadow = service.connection(connection).orElseThrow();
      assertThat(shadow.opening()).isEqualTo(Opening.CONNECTED);
      assertThat(shadow.initialSendSequence()).isEqualTo(syn.sequence());
      assertThat(shadow.initialReceiveSequence()).isEqualTo(answer.sequence());
      assertThat(shadow.sendPosition()).isEqualTo(RepairReading.wrapped(syn.sequence() + 6));
      assertThat(service.unread()).isEmpty();
    }
  }

  @Test
  void shouldKnowTheRestWhenReadAtALaterStop() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 0);
        LoopbackCapture capture = LoopbackCapture.ofIpv4(listener.port())) {
      List<RawSocket> fill = RawSocket.fillBacklog(SocketAbi.AF_INET, listener);
      RawSocket waiting = fill.get(fill.size() - 1);
      int port = waiting.port();
      service.logged("socket", waiting.descriptor, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
      long again = service.connect(waiting, listener.port());
      assertThat(again).isEqualTo(-Errno.EALREADY);
      service.caughtUp();
      ShadowConnection before = service.connection(waiting).orElseThrow();
      Segment syn = capture.await("SYN", s -> s.from() == port && s.has(LoopbackCapture.SYN));
      assertThat(before.state()).isEqualTo(ShadowState.SYN_SENT);
      assertThat(before.initialSendSequence()).isEqualTo(syn.sequence());
      assertThat(before.initialReceiveSequence()).isEqualTo(-1);
      assertThat(before.remote()).isEqualTo("?");
      assertThat(service.unread()).containsExactly(waiting.descriptor);

      for (int i = 0; i < fill.size() - 1; i++) {
        listener.accept().close();
      }
      // The kernel repeats the SYN after a second, and then there is room for it.
      Awaited.until("connection", () -> waiting.kernelState() == KernelTcpState.ESTABLISHED);
      Segment answer = capture.await("SYN-ACK", s -> s.to() == port && s.has(2));
      service.stop();
      service.write(waiting, "at last");
      service.caughtUp();
      ShadowConnection after = service.connection(waiting).orElseThrow();
      assertThat(after.state()).isEqualTo(ShadowState.ESTABLISHED);
      assertThat(after.initialSendSequence()).isEqualTo(syn.sequence());
      assertThat(after.initialReceiveSequence()).isEqualTo(answer.sequence());
      assertThat(after.remote()).isEqualTo("127.0.0.1:" + listener.port());
      assertThat(service.unread()).isEmpty();
      fill.forEach(RawSocket::close);
    }
  }

  @Test
  void shouldAdoptConnectionsWhenReadAtAStop() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      pair.connected().write("before");
      pair.accepted().read(4);
      pair.connected().write("and more");
      int pid = (int) ProcessHandle.current().pid();
      for (RawSocket socket : List.of(pair.accepted(), pair.connected())) {
        service.read(socket.descriptor);
      }
      service.write(pair.connected(), "logged");
      service.read(pair.accepted(), 3);
      service.caughtUp();
      ShadowConnection ours = service.connection(pair.accepted()).orElseThrow();
      ShadowConnection theirs = service.connection(pair.connected()).orElseThrow();
      assertThat(ours.bytesReceived()).isEqualTo(7);
      assertThat(theirs.bytesSent()).isEqualTo(20);
      assertThat(ours.initialSendSequence()).isEqualTo(theirs.initialReceiveSequence());
      assertThat(ours.initialReceiveSequence()).isEqualTo(theirs.initialSendSequence());
      InFlightOracle oracle = new InFlightOracle();
      for (ShadowConnection adopted : List.of(ours, theirs)) {
        InFlightVerdict verdict =
            oracle.observe(pid, adopted.descriptor()).orElseThrow().judge(adopted);
        assertThat(verdict.received()).isEqualTo(InFlightBytes.exactly(0));
        assertThat(verdict.sent()).isEqualTo(InFlightBytes.exactly(0));
      }
    }
  }

  @Test
  void shouldKeepConnectionsApartWhenDescriptorsAreUsedAgain() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = service.listener(SocketAbi.AF_INET)) {
      List<String> expected = new ArrayList<>();
      List<String> found = new ArrayList<>();
      List<RawSocket> open = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        RawSocket peer = RawSocket.open(SocketAbi.AF_INET, 0);
        peer.connect(listener.port());
        RawSocket connection = service.accept(listener);
        service.write(connection, "x".repeat(1 + i % 50));
        if (i % 3 == 0) {
          expected.add("127.0.0.1:" + peer.port() + " " + (1 + i % 50));
          open.add(peer);
          open.add(connection);
        } else {
          service.close(connection);
          peer.reset();
        }
        if (i % 7 == 0) {
          service.stop();
        }
      }
      service.stop();
      for (ShadowConnection connection : service.shadow.connections()) {
        found.add(connection.remote() + " " + connection.bytesSent());
      }
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(service.shadow.openConnections()).isEqualTo(expected.size());
      assertThat(service.shadow.anomalies()).isZero();
      open.forEach(RawSocket::close);
    }
  }

  @Test
  void shouldTakeTheLatestReadingWhenAnEventNeverCame() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = service.listener(SocketAbi.AF_INET);
        RawSocket second = RawSocket.open(SocketAbi.AF_INET, 0)) {
      RawSocket lost = service.socket(SocketAbi.AF_INET);
      service.connectUnlogged(lost, listener.port());
      listener.accept().close();
      service.logged("getpid", 1);
      second.connect(listener.port());
      RawSocket connection = service.acceptOnto(lost, listener);
      service.stop();
      service.write(connection, "hello");
      service.caughtUp();
      assertThat(service.shadow.connections())
          .extracting(ShadowConnection::remote)
          .containsExactly("127.0.0.1:" + second.port());
      service.close(connection);
    }
  }

  @Test
  void shouldFollowWhatAListenerAcceptsThatWasThereBefore() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 5);
        RawSocket peer = RawSocket.open(SocketAbi.AF_INET, 0)) {
      service.read(listener.descriptor);
      peer.connect(listener.port());
      RawSocket connection = service.accept(listener);
      service.write(connection, "hello");
      service.stop();
      service.write(connection, "again");
      service.caughtUp();
      assertThat(service.shadow.connections())
          .extracting(shadow -> shadow.remote() + " " + shadow.bytesSent())
          .containsExactly("127.0.0.1:" + peer.port() + " 10");
      service.close(connection);
    }
  }

  @Test
  void shouldAskNoMoreWhenTheConnectionFailedBeforeItWasRead() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = service.listener(SocketAbi.AF_INET);
        RawSocket peer = RawSocket.open(SocketAbi.AF_INET, 0)) {
      peer.connect(listener.port());
      RawSocket connection = service.accept(listener);
      peer.reset();
      Awaited.until("reset", () -> connection.kernelState() == KernelTcpState.CLOSE);
      service.stop();
      service.read(connection, 10);
      service.caughtUp();
      ShadowConnection failed = service.connection(connection).orElseThrow();
      assertThat(failed.state()).isEqualTo(ShadowState.RESET);
      assertThat(failed.initialSendSequence()).isEqualTo(-1);
      assertThat(service.unread()).isEmpty();
      service.close(connection);
    }
  }

  @Test
  void shouldKeepWhatWasReadWhenTheConnectionFailsLater() throws Exception {
    try (RecordedService service = new RecordedService(directory);
        RawSocket listener = service.listener(SocketAbi.AF_INET);
        RawSocket peer = RawSocket.open(SocketAbi.AF_INET, 0)) {
      peer.connect(listener.port());
      String remote = "127.0.0.1:" + peer.port();
      RawSocket connection = service.accept(listener);
      service.stop();
      service.caughtUp();
      ShadowConnection known = service.connection(connection).orElseThrow();
      peer.reset();
      Awaited.until("reset", () -> connection.kernelState() == KernelTcpState.CLOSE);
      service.read(connection.descriptor);
      service.read(connection, 10);
      service.caughtUp();
      ShadowConnection failed = service.connection(connection).orElseThrow();
      assertThat(failed.remote()).isEqualTo(remote);
      assertThat(failed.initialSendSequence()).isNotNegative();
      assertThat(failed.options()).isPresent().isEqualTo(known.options());
      service.close(connection);
    }
  }
}
