package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.shadow.ReadingQueue;
import org.ftrun.shadow.TcpShadow;
import org.ftrun.tracer.abi.SyscallNumber;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionFollowerTest {
  private static final int DESCRIPTOR = 5;

  /** Larger than any pid can be: a process without descriptors. */
  private static final int NOBODY = Integer.MAX_VALUE;

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
        new TcpShadow(new ReadingQueue(() -> 0), 0),
        (event, sequence, endOfBatch) -> {
          seen.add(sequence);
          throw new IllegalStateException("the model's own defect");
        });
    connect();
    await(() -> !shared.log().isActive(Consumer.SHADOW));
    assertThat(seen).containsExactly(0L);
    assertThat(follower.count()).isEqualTo(-1);
    assertThat(follower.atEndOfLog(DESCRIPTOR, LIMIT_NANOS)).isEmpty();
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
          new TcpShadow(new ReadingQueue(() -> 0), 0),
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
      assertThat(follower.atEndOfLog(DESCRIPTOR, LIMIT_NANOS).orElseThrow().bytesReceived())
          .isEqualTo(bytes);
    }
    assertThat(follower.atEndOfLog(DESCRIPTOR + 1, LIMIT_NANOS)).isEmpty();
  }

  private List<ConnectionStatus> connections() {
    return follower.connections().orElseThrow();
  }

  private void connect() {
    publish(SyscallNumber.SOCKET, -1, DESCRIPTOR, 2, 1, 0);
    publish(SyscallNumber.CONNECT, DESCRIPTOR, 0, DESCRIPTOR);
  }

  private void publish(int syscall, int descriptor, long result, long... arguments) {
    long[] six = java.util.Arrays.copyOf(arguments, 6);
    assertThat(writer.reserve(0, TimeUnit.SECONDS.toNanos(10))).isTrue();
    long detail = ConnectionFollower.detail(syscall, six);
    writer.publish(EventKind.SYSCALL, 0, syscall, 1, result, 0, descriptor, 0, detail, 0);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the shadow never came to it").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
