package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RepairReaderTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  private static final int TCP_NODELAY = 1;

  private final RepairReader reader = new RepairReader();

  private ConnectionReading read(RawSocket socket) {
    SocketReading reading = reader.read(PID, socket.descriptor);
    assertThat(reading).isInstanceOf(ConnectionReading.class);
    return (ConnectionReading) reading;
  }

  @ParameterizedTest
  @ValueSource(ints = {SocketAbi.AF_INET, SocketAbi.AF_INET6})
  void shouldReadTheNumbersOfTheWireWhenConnectionIsNew(int family) {
    try (RawSocket listener = RawSocket.listening(family, 5);
        LoopbackCapture capture = new LoopbackCapture(family, listener.port());
        RawSocket.Pair pair = RawSocket.Pair.of(family, listener)) {
      int client = pair.connected().port();
      Segment syn = capture.await("SYN", s -> s.from() == client && s.has(LoopbackCapture.SYN));
      Segment answer = capture.await("SYN-ACK", s -> s.to() == client && s.has(2));
      RepairReading accepted = read(pair.accepted()).sequences().orElseThrow();
      RepairReading connected = read(pair.connected()).sequences().orElseThrow();
      assertThat(accepted.initialSendSequence(false)).isEqualTo(answer.sequence());
      assertThat(accepted.initialReceiveSequence()).isEqualTo(syn.sequence());
      assertThat(connected.initialSendSequence(true)).isEqualTo(syn.sequence());
      assertThat(connected.initialReceiveSequence()).isEqualTo(answer.sequence());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SocketAbi.AF_INET, SocketAbi.AF_INET6})
  void shouldReadTheSameOriginsWhenBytesAndFinsHaveMoved(int family) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(family)) {
      RawSocket socket = pair.accepted();
      RepairReading first = read(socket).sequences().orElseThrow();
      assertThat(pair.connected().write("hello")).isEqualTo(5);
      assertThat(socket.read(3)).isEqualTo(3);
      assertThat(socket.write("to you")).isEqualTo(6);
      assertThat(socket.shutdown(SocketAbi.SHUT_WR)).isZero();
      ConnectionReading latest = read(socket);
      RepairReading second = latest.sequences().orElseThrow();
      assertThat(second.initialSendSequence(false)).isEqualTo(first.initialSendSequence(false));
      assertThat(second.initialReceiveSequence()).isEqualTo(first.initialReceiveSequence());
      assertThat(RepairReading.wrapped(second.sendSequence() - first.sendSequence())).isEqualTo(7);
      assertThat(latest.consumed()).isEqualTo(3);
      assertThat(latest.accepted()).isEqualTo(7);
      assertThat(latest.activeOpen()).isFalse();
      assertThat(read(pair.connected()).activeOpen()).isTrue();
    }
  }

  @Test
  void shouldReadAddressesAndOptionsWhenConnected() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET6)) {
      ConnectionReading reading = read(pair.accepted());
      assertThat(reading.local()).hasToString("[::1]:" + pair.accepted().port());
      assertThat(reading.remote().orElseThrow()).hasToString("[::1]:" + pair.connected().port());
      assertThat(reading.info().state()).isEqualTo(KernelTcpState.ESTABLISHED);
      assertThat(reading.info().hasTimestamps()).isTrue();
      assertThat(reading.info().hasSelectiveAcknowledgements()).isTrue();
      assertThat(reading.info().hasWindowScaling()).isTrue();
      RepairReading repair = reading.sequences().orElseThrow();
      assertThat(repair.segmentLimit()).isBetween(536, 65_536);
      assertThat(repair.window().receiveWindow()).isPositive();
      assertThat(repair.window().sendWindow()).isPositive();
      assertThat(repair.timestamp()).isBetween(0L, 0xffff_ffffL);
      assertThat(reading.isComplete()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldKeepReuseAddressWhenRepairEnds(int reuse) {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      RawSocket socket = pair.accepted();
      socket.setOption(SocketAbi.SOL_SOCKET, SocketAbi.SO_REUSEADDR, reuse);
      read(socket);
      assertThat(socket.option(SocketAbi.SOL_SOCKET, SocketAbi.SO_REUSEADDR)).isEqualTo(reuse);
      assertThat(socket.option(SocketAbi.IPPROTO_TCP, SocketAbi.TCP_REPAIR)).isZero();
    }
  }

  @Test
  void shouldKnowOnlyOurNumberWhenPeerHasNotAnswered() {
    try (RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 0);
        LoopbackCapture capture = LoopbackCapture.ofIpv4(listener.port())) {
      List<RawSocket> sockets = RawSocket.fillBacklog(SocketAbi.AF_INET, listener);
      RawSocket waiting = sockets.get(sockets.size() - 1);
      int port = waiting.port();
      Segment syn = capture.await("SYN", s -> s.from() == port && s.has(LoopbackCapture.SYN));
      ConnectionReading reading = read(waiting);
      assertThat(reading.info().state()).isEqualTo(KernelTcpState.SYN_SENT);
      assertThat(reading.remote()).isEmpty();
      assertThat(reading.isComplete()).isFalse();
      RepairReading repair = reading.sequences().orElseThrow();
      assertThat(repair.initialSendSequence(true)).isEqualTo(syn.sequence());
      assertThat(repair.initialReceiveSequence()).isEqualTo(-1);
      sockets.forEach(RawSocket::close);
    }
  }

  @Test
  void shouldLeaveSocketAloneWhenBytesAreUnsent() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      fill(pair.accepted());
      ConnectionReading reading = read(pair.accepted());
      assertThat(reading.info().notSentBytes()).isPositive();
      assertThat(reading.sequences()).isEmpty();
      assertThat(reading.withheld()).contains("unsent");
      assertThat(reading.remote()).isPresent();
    }
  }

  private static void fill(RawSocket socket) {
    byte[] block = new byte[32_768];
    assertThat(socket.call("fcntl", 4, RawSocket.NONBLOCK)).isZero();
    long written = socket.write(block, 0, block.length);
    for (int i = 0; i < 10_000 && written > 0; i++) {
      written = socket.write(block, 0, block.length);
    }
    assertThat(written).isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void shouldRefuseWhenThereIsNoConnection() {
    try (RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 1)) {
      assertThat(reader.read(PID, listener.descriptor)).isEqualTo(new SocketReading.Listening());
    }
    assertThat(reader.read(PID, 1 << 20))
        .isEqualTo(new SocketReading.Refused("pidfd_getfd: errno " + Errno.EBADF));
    assertThat(reader.read(Integer.MAX_VALUE, 0)).isInstanceOf(SocketReading.Refused.class);
    assertThat(reader.read(PID, 0)).isEqualTo(new SocketReading.Refused("not a TCP socket"));
  }

  @Test
  void shouldLeaveNoDescriptorBehindWhenReading() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      read(pair.accepted());
      long before = descriptorsOf(PID);
      for (int i = 0; i < 100; i++) {
        read(pair.accepted());
        reader.read(PID, 0);
        reader.read(PID, 1 << 20);
      }
      assertThat(descriptorsOf(PID)).isLessThan(before + 50);
    }
  }

  private static long descriptorsOf(int pid) {
    String[] names = new java.io.File("/proc/" + pid + "/fd").list();
    assertThat(names).isNotNull();
    return names.length;
  }

  @Test
  void shouldReadAnotherProcessWhenItHasTheConnection() throws Exception {
    try (RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 1)) {
      Process process =
          new ProcessBuilder(
                  "bash",
                  "-c",
                  "exec 9<>/dev/tcp/127.0.0.1/" + listener.port() + "; echo ready; read line")
              .start();
      try (RawSocket accepted = listener.accept();
          BufferedReader output = process.inputReader()) {
        assertThat(output.readLine()).isEqualTo("ready");
        ConnectionReading theirs = (ConnectionReading) reader.read((int) process.pid(), 9);
        ConnectionReading ours = read(accepted);
        assertThat(theirs.local()).isEqualTo(ours.remote().orElseThrow());
        assertThat(theirs.sequences().orElseThrow().initialSendSequence(true))
            .isEqualTo(ours.sequences().orElseThrow().initialReceiveSequence());
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  /**
   * The service's own calls alternate with readings, as it is stopped during them; the peer never
   * stops. Every byte is checked at both ends.
   */
  @ParameterizedTest
  @ValueSource(ints = {SocketAbi.AF_INET, SocketAbi.AF_INET6})
  void shouldNotDisturbTheBytesWhenReadAThousandTimes(int family) throws Exception {
    int readings = 1_000;
    try (RawSocket.Pair pair = RawSocket.Pair.of(family)) {
      RawSocket service = pair.accepted();
      service.setOption(SocketAbi.IPPROTO_TCP, TCP_NODELAY, 1);
      pair.connected().setOption(SocketAbi.IPPROTO_TCP, TCP_NODELAY, 1);
      Thread echo = new Thread(() -> echo(pair.connected()), "peer");
      echo.start();
      RepairReading first = read(service).sequences().orElseThrow();
      Random sizes = new Random(42);
      byte[] sent = new byte[20_000];
      byte[] received = new byte[20_000];
      long nanos = 0;
      int complete = 0;
      for (int i = 0; i < readings; i++) {
        int length = 1 + sizes.nextInt(sent.length);
        sizes.nextBytes(sent);
        assertThat(service.write(sent, 0, length)).isEqualTo(length);
        long start = System.nanoTime();
        ConnectionReading reading = read(service);
        nanos += System.nanoTime() - start;
        complete += reading.sequences().isPresent() ? 1 : 0;
        reading
            .sequences()
            .ifPresent(
                now -> {
                  assertThat(now.receivedOrigin()).isEqualTo(first.receivedOrigin());
                  assertThat(now.acknowledgedOrigin()).isEqualTo(first.acknowledgedOrigin());
                });
        readFully(service, received, length);
        assertThat(Arrays.mismatch(sent, 0, length, received, 0, length)).isEqualTo(-1);
      }
      assertThat(service.shutdown(SocketAbi.SHUT_WR)).isZero();
      echo.join(TimeUnit.SECONDS.toMillis(20));
      assertThat(service.read(1)).isZero();
      assertThat(complete).isGreaterThan(readings / 2);
      System.out.printf(
          "readings: %d, with sequences: %d, mean %.1f us%n",
          readings, complete, nanos / 1e3 / readings);
    }
  }

  private static void echo(RawSocket peer) {
    byte[] block = new byte[16_384];
    long length = peer.read(block, 0, block.length);
    while (length > 0) {
      for (int done = 0; done < length; ) {
        long written = peer.write(block, done, (int) length - done);
        if (written <= 0) {
          return;
        }
        done += (int) written;
      }
      length = peer.read(block, 0, block.length);
    }
    peer.shutdown(SocketAbi.SHUT_WR);
  }

  private static void readFully(RawSocket socket, byte[] target, int length) {
    for (int done = 0; done < length; ) {
      long read = socket.read(target, done, length - done);
      assertThat(read).isPositive();
      done += (int) read;
    }
  }

  @Test
  void shouldCostLittleWhenAConnectionIsNew() {
    int rounds = 2_000;
    long[] nanos = new long[rounds];
    try (RawSocket listener = RawSocket.listening(SocketAbi.AF_INET, 5)) {
      for (int i = 0; i < rounds; i++) {
        try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET, listener)) {
          long start = System.nanoTime();
          assertThat(read(pair.accepted()).isComplete()).isTrue();
          nanos[i] = System.nanoTime() - start;
          pair.connected().reset();
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        "reading a new connection: median %.1f us, p99 %.1f us%n",
        nanos[rounds / 2] / 1e3, nanos[rounds * 99 / 100] / 1e3);
    assertThat(nanos[rounds / 2]).isLessThan(TimeUnit.MILLISECONDS.toNanos(2));
  }
}
