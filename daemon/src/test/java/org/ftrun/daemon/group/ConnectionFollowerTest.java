package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventFlags;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.shadow.ReadingQueue;
import org.ftrun.shadow.TcpShadow;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.member.FollowedProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionFollowerTest {
  private static final int DESCRIPTOR = 5;

  private static final int PROCESS = 1;
  private static final int CHILD = 2;

  /** Larger than any pid can be: a process without descriptors. */
  private static final List<FollowedProcess> NOBODY =
      List.of(new FollowedProcess(Integer.MAX_VALUE, PROCESS, List.of(PROCESS)));

  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private SharedLog shared;
  private EventLogWriter writer;
  private ConnectionFollower follower;

  @BeforeEach
  void create() throws Exception {
    shared = SharedLog.create(1L << 20);
    writer = shared.log().writer();
    follower = new ConnectionFollower(shared.log());
  }

  @AfterEach
  void close() {
    follower.end();
    shared.close();
  }

  @Test
  void shouldKnowNothingUnlessRecorded() {
    assertThat(follower.count()).isEqualTo(-1);
    assertThat(follower.connections()).isEmpty();
    follower.begin(NOBODY);
    assertThat(follower.connections()).contains(List.of());
    follower.end();
    assertThat(follower.connections()).isEmpty();
    assertThat(shared.log().isActive(Consumer.SHADOW)).isFalse();
  }

  @Test
  void shouldFollowAConnectionThroughItsCalls() {
    follower.begin(NOBODY);
    assertThat(shared.log().isActive(Consumer.SHADOW)).isTrue();
    assertThat(follower.count()).isZero();
    connect();
    publish(SyscallNumber.READ, DESCRIPTOR, 12, DESCRIPTOR, 1, 100);
    await(() -> connections().stream().anyMatch(c -> c.bytesReceived() == 12));
    assertThat(follower.count()).isEqualTo(1);
    ConnectionStatus status = connections().get(0);
    assertThat(status.descriptor()).isEqualTo(DESCRIPTOR);
    assertThat(status.state()).isEqualTo("ESTABLISHED");
    assertThat(status.bytesSent()).isZero();

    publish(SyscallNumber.CLOSE, DESCRIPTOR, 0, DESCRIPTOR);
    await(() -> follower.count() == 0);
  }

  @Test
  void shouldStartAnewWhenRecordingBeginsAgain() {
    follower.begin(NOBODY);
    connect();
    await(() -> follower.count() == 1);
    follower.end();
    assertThat(follower.count()).isEqualTo(-1);
    assertThat(shared.log().isActive(Consumer.SHADOW)).isFalse();
    publish(SyscallNumber.CLOSE, DESCRIPTOR, 0, DESCRIPTOR); // not seen by anybody

    follower.begin(NOBODY);
    assertThat(follower.count()).isZero();
    connect();
    await(() -> follower.count() == 1);
  }

  @Test
  void shouldLetTheWriterGoOnBeyondTheLogsSize() {
    follower.begin(NOBODY);
    connect();
    for (int i = 0; i < 3 * shared.log().layout().slots(); i++) {
      publish(SyscallNumber.READ, DESCRIPTOR, 1, DESCRIPTOR, 1, 100);
    }
    long all = 3L * shared.log().layout().slots();
    await(() -> connections().get(0).bytesReceived() == all);
  }

  @Test
  void shouldGateNobodyWhenItsThreadFails() {
    List<Long> seen = new CopyOnWriteArrayList<>();
    follower.begin(
        NOBODY,
        new TcpShadow(new ReadingQueue(() -> 0), 0, NOBODY),
        (event, sequence, endOfBatch) -> {
          seen.add(sequence);
          throw new IllegalStateException("the model's own defect");
        });
    connect();
    await(() -> !shared.log().isActive(Consumer.SHADOW));
    assertThat(seen).containsExactly(0L);
    assertThat(follower.count()).isEqualTo(-1);
    assertThat(follower.atEndOfLog(PROCESS, DESCRIPTOR, LIMIT_NANOS)).isEmpty();
    for (int i = 0; i < 2 * shared.log().layout().slots(); i++) {
      publish(SyscallNumber.READ, DESCRIPTOR, 1, DESCRIPTOR, 1, 100);
    }
    follower.end();
    follower.begin(NOBODY);
    connect();
    await(() -> follower.count() == 1);
  }

  @Test
  void shouldHaveEndedTheOldThreadWhenItBeginsAnew() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 20; i++) {
      follower.begin(
          NOBODY,
          new TcpShadow(new ReadingQueue(() -> 0), 0, NOBODY),
          (event, sequence, endOfBatch) -> threads.add(Thread.currentThread()));
      connect();
      follower.end();
      assertThat(threads).noneMatch(Thread::isAlive);
      assertThat(shared.log().isActive(Consumer.SHADOW)).isFalse();
    }
  }

  @Test
  void shouldKnowAConnectionAsOfTheLogsEndAtOnce() {
    follower.begin(NOBODY);
    connect();
    for (int bytes = 1; bytes <= 100; bytes++) {
      publish(SyscallNumber.READ, DESCRIPTOR, 1, DESCRIPTOR, 1, 100);
      assertThat(
              follower.atEndOfLog(PROCESS, DESCRIPTOR, LIMIT_NANOS).orElseThrow().bytesReceived())
          .isEqualTo(bytes);
    }
    assertThat(follower.atEndOfLog(PROCESS, DESCRIPTOR + 1, LIMIT_NANOS)).isEmpty();
  }

  @Test
  void shouldFollowTheTableOfEachProcess() {
    follower.begin(NOBODY);
    connect();
    publishBy(PROCESS, SyscallNumber.FORK, EventFlags.CHILD_IS_MEMBER, -1, CHILD);
    publishBy(CHILD, SyscallNumber.READ, 0, DESCRIPTOR, 12, DESCRIPTOR, 1, 100);
    publish(SyscallNumber.CLOSE, DESCRIPTOR, 0, DESCRIPTOR);
    assertThat(follower.atEndOfLog(PROCESS, DESCRIPTOR, LIMIT_NANOS)).isEmpty();
    assertThat(follower.atEndOfLog(CHILD, DESCRIPTOR, LIMIT_NANOS).orElseThrow().bytesReceived())
        .isEqualTo(12);
    assertThat(follower.count()).isEqualTo(1);
    assertThat(writer.reserve(0, LIMIT_NANOS)).isTrue();
    writer.publish(EventKind.SIGNAL, EventFlags.PROCESS_ENDS, 0, CHILD, 0, 0, -1, 0, 0, 0);
    assertThat(follower.atEndOfLog(CHILD, DESCRIPTOR, LIMIT_NANOS)).isEmpty();
    assertThat(follower.count()).isZero();
  }

  @Test
  void shouldKnowThatASocketIsSharedWhenItBegins() throws Exception {
    int pid = (int) ProcessHandle.current().pid();
    try (ServerSocket listener = new ServerSocket(0);
        Socket peer = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket accepted = listener.accept()) {
      follower.begin(
          List.of(
              new FollowedProcess(pid, PROCESS, List.of(PROCESS)),
              new FollowedProcess(pid, CHILD, List.of(CHILD))));
      List<ConnectionStatus> ours =
          connections().stream()
              .filter(c -> c.local().endsWith(":" + peer.getLocalPort()))
              .toList();
      assertThat(ours).hasSize(1);
      int descriptor = ours.get(0).descriptor();
      publish(SyscallNumber.WRITE, descriptor, 5, descriptor, 0, 5);
      publish(SyscallNumber.CLOSE, descriptor, 0, descriptor);
      assertThat(follower.atEndOfLog(PROCESS, descriptor, LIMIT_NANOS)).isEmpty();
      assertThat(follower.atEndOfLog(CHILD, descriptor, LIMIT_NANOS).orElseThrow().bytesSent())
          .isEqualTo(5);
      assertThat(accepted.getInetAddress()).isEqualTo(peer.getLocalAddress());
    }
  }

  private List<ConnectionStatus> connections() {
    return follower.connections().orElseThrow();
  }

  private void connect() {
    publish(SyscallNumber.SOCKET, -1, DESCRIPTOR, 2, 1, 0);
    publish(SyscallNumber.CONNECT, DESCRIPTOR, 0, DESCRIPTOR);
  }

  private void publish(int syscall, int descriptor, long result, long... arguments) {
    publishBy(PROCESS, syscall, 0, descriptor, result, arguments);
  }

  private void publishBy(
      int thread, int syscall, int flags, int descriptor, long result, long... arguments) {
    long[] six = java.util.Arrays.copyOf(arguments, 6);
    assertThat(writer.reserve(0, TimeUnit.SECONDS.toNanos(10))).isTrue();
    long detail = ConnectionFollower.detail(syscall, six);
    writer.publish(EventKind.SYSCALL, flags, syscall, thread, result, 0, descriptor, 0, detail, 0);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the shadow never came to it").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
