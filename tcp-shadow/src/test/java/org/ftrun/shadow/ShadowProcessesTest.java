package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.ftrun.tracer.member.FollowedProcess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several processes with descriptors of their own, some of which refer to the same sockets. */
@Timeout(60)
class ShadowProcessesTest {
  private static final int ROOT = SyntheticLog.ROOT;
  private static final int CHILD = 50;
  private static final int GRANDCHILD = 60;
  private static final int THREAD = 70;
  private static final int LISTENER = 3;
  private static final int CONNECTION = 7;
  private static final int PID = (int) ProcessHandle.current().pid();

  private final ReadingQueue readings = new ReadingQueue(() -> 0);
  private final TcpShadow shadow = new TcpShadow(readings, 0, SyntheticLog.onlyRoot());
  private final SyntheticLog log = new SyntheticLog(shadow);

  @BeforeEach
  void accept() {
    log.call("socket", LISTENER, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
    log.call("listen", 0, LISTENER, 128);
    log.call("accept4", CONNECTION, LISTENER);
  }

  private ShadowConnection connection(int process, int descriptor) {
    return shadow.connection(process, descriptor).orElseThrow();
  }

  private void assertDescriptors(Integer... descriptors) {
    assertThat(shadow.connections())
        .extracting(ShadowConnection::descriptor)
        .containsExactly(descriptors);
  }

  @Test
  void shouldHaveTheParentsDescriptorsWhenBorn() {
    for (String call : List.of("fork", "vfork", "clone", "clone3")) {
      assertThat(shadow.connection(CHILD, CONNECTION)).isEmpty();
      log.fork(ROOT, call, CHILD);
      assertThat(shadow.connection(CHILD, CONNECTION)).isPresent();
      assertDescriptors(CONNECTION);
      log.by(CHILD, "exit_group", 0, 0);
    }
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldCountForAllWhenTheChildMovesBytes() {
    log.call("write", 10, CONNECTION, 0, 10);
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "write", 100, CONNECTION, 0, 100);
    log.by(CHILD, "read", 7, CONNECTION, 0, 100);
    log.call("write", 1000, CONNECTION, 0, 1000);
    assertThat(connection(ROOT, CONNECTION).bytesSent()).isEqualTo(1110);
    assertThat(connection(ROOT, CONNECTION).bytesReceived()).isEqualTo(7);
    assertThat(connection(CHILD, CONNECTION)).isEqualTo(connection(ROOT, CONNECTION));
    log.by(CHILD, "shutdown", 0, CONNECTION, SocketAbi.SHUT_WR);
    assertThat(connection(ROOT, CONNECTION).state()).isEqualTo(ShadowState.SELF_CLOSED);
  }

  @Test
  void shouldCloseOnlyItsOwnWhenAProcessCloses() {
    log.fork(ROOT, "clone", CHILD);
    log.by(CHILD, "close", 0, CONNECTION);
    assertThat(shadow.connection(CHILD, CONNECTION)).isEmpty();
    assertThat(connection(ROOT, CONNECTION).state()).isEqualTo(ShadowState.ESTABLISHED);
    log.fork(ROOT, "clone", GRANDCHILD);
    log.call("close_range", 0, 0, 0xffff_ffffL, 0);
    assertThat(shadow.connection(ROOT, CONNECTION)).isEmpty();
    assertThat(connection(GRANDCHILD, CONNECTION).state()).isEqualTo(ShadowState.ESTABLISHED);
    log.by(GRANDCHILD, "close", 0, CONNECTION);
    assertDescriptors();
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldHaveWhatIsLeftWhenAChildHasClosedSomeBeforeItWasFollowed() {
    log.call("write", 10, CONNECTION, 0, 10);
    log.fork(ROOT, "fork", CHILD);
    readings.only(CHILD, Set.of(CONNECTION, 99));
    log.by(CHILD, "write", 5, CONNECTION, 0, 5);
    assertThat(connection(CHILD, CONNECTION).bytesSent()).isEqualTo(15);
    log.call("close", 0, CONNECTION);
    log.by(CHILD, "read", 30, LISTENER, 0, 100); // what is behind that number now is no socket
    assertThat(shadow.anomalies()).isZero();
    assertDescriptors(CONNECTION);
  }

  @Test
  void shouldForgetTheTableWhenAProcessEnds() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "accept", 8, LISTENER);
    log.fork(CHILD, "fork", GRANDCHILD);
    assertDescriptors(CONNECTION, 8);
    log.by(CHILD, "exit_group", 0, 0);
    assertThat(shadow.connection(CHILD, 8)).isEmpty();
    assertThat(connection(GRANDCHILD, 8).state()).isEqualTo(ShadowState.ESTABLISHED);
    log.end(GRANDCHILD);
    assertDescriptors(CONNECTION);
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldEndWhenTheOnlyThreadExits() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "clone3", THREAD);
    log.by(CHILD, "accept", 8, LISTENER);
    log.by(THREAD, "exit", 0, 0);
    assertDescriptors(CONNECTION, 8);
    log.by(CHILD, "exit", 0, 0);
    assertDescriptors(CONNECTION);
  }

  @Test
  void shouldGoOnWhenTheRootEnds() {
    log.fork(ROOT, "fork", CHILD);
    log.end(ROOT);
    assertThat(shadow.connection(ROOT, CONNECTION)).isEmpty();
    log.by(CHILD, "write", 5, CONNECTION, 0, 5);
    log.by(CHILD, "accept", 8, LISTENER);
    assertDescriptors(CONNECTION, 8);
    assertThat(connection(CHILD, CONNECTION).bytesSent()).isEqualTo(5);
  }

  @Test
  void shouldTellConnectionsApartWhenDescriptorsAreEqual() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "accept", 8, LISTENER);
    log.call("accept", 8, LISTENER);
    log.by(CHILD, "write", 100, 8, 0, 100);
    log.call("write", 1, 8, 0, 1);
    assertThat(connection(ROOT, 8).bytesSent()).isEqualTo(1);
    assertThat(connection(CHILD, 8).bytesSent()).isEqualTo(100);
    assertThat(shadow.connections())
        .extracting(ShadowConnection::bytesSent)
        .containsExactly(0L, 1L, 100L);
    log.by(CHILD, "openat", CONNECTION, 0);
    log.call("close", 0, 8);
    assertDescriptors(CONNECTION, 8);
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldAcceptInAChildWhenTheListenerIsItsParents() {
    log.fork(ROOT, "fork", CHILD);
    log.call("close", 0, LISTENER);
    log.by(CHILD, "accept4", 8, LISTENER);
    assertThat(connection(CHILD, 8).opening()).isEqualTo(Opening.ACCEPTED);
    assertThat(shadow.connection(ROOT, 8)).isEmpty();
    log.call("accept4", 9, LISTENER);
    assertThat(shadow.connection(ROOT, 9)).isEmpty();
    assertThat(shadow.unread())
        .containsExactly(new ServiceDescriptor(ROOT, CONNECTION), new ServiceDescriptor(CHILD, 8));
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldTellOnceByTheOldestWhenProcessesShareAConnection() {
    log.fork(ROOT, "fork", GRANDCHILD);
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "dup2", 5, CONNECTION, 5);
    assertDescriptors(CONNECTION);
    log.call("close", 0, CONNECTION);
    assertThat(shadow.unread()).containsExactly(new ServiceDescriptor(GRANDCHILD, CONNECTION));
    log.end(GRANDCHILD);
    assertDescriptors(5);
  }

  @Test
  void shouldBeTheRootsWhenNobodyKnowsTheThread() {
    log.by(12_345, "write", 5, CONNECTION, 0, 5);
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "close", 0, CONNECTION);
    log.by(12_345, "write", 6, CONNECTION, 0, 6);
    assertThat(connection(ROOT, CONNECTION).bytesSent()).isEqualTo(11);
    assertThat(shadow.connection(12_345, CONNECTION)).isEmpty();
  }

  @Test
  void shouldBeTheSameProcessWhenTheChildIsNoMember() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "clone3", THREAD);
    log.by(THREAD, "clone", THREAD + 1);
    log.by(THREAD + 1, "accept", 8, LISTENER);
    log.by(THREAD, "write", 5, 8, 0, 5);
    assertThat(connection(CHILD, 8).bytesSent()).isEqualTo(5);
    log.call("clone3", THREAD + 2);
    log.by(THREAD + 2, "write", 9, CONNECTION, 0, 9);
    assertThat(connection(ROOT, CONNECTION).bytesSent()).isEqualTo(9);
    log.fork(THREAD + 1, "fork", GRANDCHILD);
    assertThat(shadow.connection(GRANDCHILD, 8)).isPresent();
    log.by(THREAD, "exit_group", 0, 0);
    assertThat(shadow.connection(CHILD, 8)).isEmpty();
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldBearNobodyWhenTheCallFails() {
    log.fork(ROOT, "fork", -11);
    log.fork(ROOT, "fork", 0);
    log.call("write", 5, CONNECTION, 0, 5);
    assertDescriptors(CONNECTION);
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldUseAnIdAgainWhenItsProcessIsGone() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "accept", 8, LISTENER);
    log.by(CHILD, "clone3", THREAD);
    log.end(THREAD);
    log.call("clone3", CHILD);
    log.by(CHILD, "write", 5, CONNECTION, 0, 5);
    log.fork(ROOT, "fork", THREAD);
    log.by(THREAD, "close", 0, CONNECTION);
    assertThat(connection(ROOT, CONNECTION).bytesSent()).isEqualTo(5);
    assertThat(shadow.anomalies()).isZero();
  }

  @Test
  void shouldCountAnAnomalyWhenAnIdIsGivenTwice() {
    log.fork(ROOT, "fork", CHILD);
    log.by(CHILD, "accept", 8, LISTENER);
    log.fork(ROOT, "fork", CHILD);
    assertThat(shadow.anomalies()).isEqualTo(1);
    assertDescriptors(CONNECTION);
    log.fork(CHILD, "fork", CHILD);
    log.fork(CHILD, "fork", ROOT);
    log.call("fork", 1L << 40);
    assertThat(shadow.anomalies()).isEqualTo(4);
    assertThat(shadow.connection(CHILD, CONNECTION)).isPresent();
    assertThat(shadow.connection(ROOT, CONNECTION)).isPresent();
  }

  @Test
  void shouldCountNoBytesWhenThereAreTooManyProcesses() {
    for (int i = 0; i < ShadowProcesses.MOST_PROCESSES - 1; i++) {
      log.fork(ROOT, "fork", 1000 + i);
    }
    assertThat(connection(ROOT, CONNECTION).countable()).isTrue();
    log.fork(ROOT, "fork", 10_000);
    assertThat(connection(ROOT, CONNECTION).countable()).isFalse();
    assertThat(shadow.connection(10_000, CONNECTION)).isEmpty();
    log.by(1000, "accept", 8, LISTENER);
    assertThat(connection(1000, 8).countable()).isFalse();
  }

  @Test
  void shouldCountNoBytesWhenThereAreTooManyThreads() {
    log.fork(ROOT, "fork", CHILD);
    for (int i = 0; i < ShadowProcesses.MOST_THREADS - 2; i++) {
      log.by(CHILD, "clone3", 1000 + i);
      log.call("clone", 1_000_000 + i);
    }
    assertThat(connection(ROOT, CONNECTION).countable()).isTrue();
    log.by(CHILD, "clone3", 999);
    assertThat(connection(ROOT, CONNECTION).countable()).isFalse();
  }

  @Test
  void shouldNotTakeAllMemoryWhenTheLogIsScribbledOn() {
    log.call("dup2", DescriptorTable.LIMIT - 1, CONNECTION);
    for (int i = 0; i < 1000; i++) {
      log.fork(i == 0 ? ROOT : 1000 + i - 1, "fork", 1000 + i);
    }
    assertThat(connection(ROOT, CONNECTION).countable()).isFalse();
    for (int i = 0; i < 1000; i++) {
      log.end(1000 + i);
    }
    log.call("close", 0, DescriptorTable.LIMIT - 1);
    log.call("accept", 8, LISTENER);
    log.fork(ROOT, "fork", CHILD);
    assertThat(connection(CHILD, 8).countable()).isTrue();
  }

  @Test
  void shouldKnowProcessesThatWereThereBefore() {
    TcpShadow late =
        new TcpShadow(
            readings,
            0,
            List.of(
                new FollowedProcess(1, ROOT, List.of(ROOT)),
                new FollowedProcess(2, CHILD, List.of(CHILD, THREAD))));
    SyntheticLog events = new SyntheticLog(late);
    events.by(THREAD, "socket", 4, SocketAbi.AF_INET, SocketAbi.SOCK_STREAM, 0);
    events.by(CHILD, "connect", 0, 4);
    assertThat(late.connection(CHILD, 4)).isPresent();
    assertThat(late.connection(ROOT, 4)).isEmpty();
  }

  @Test
  void shouldBeOneConnectionWhenReadInOneProcessAndSharedByAnother() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      log.fork(ROOT, "fork", CHILD);
      int descriptor = pair.accepted().descriptor;
      readings.stopped(PID, CHILD, descriptor);
      readings.same(new ServiceDescriptor(ROOT, 100), new ServiceDescriptor(CHILD, descriptor));
      readings.same(new ServiceDescriptor(ROOT, 101), new ServiceDescriptor(CHILD, 200));
      readings.same(new ServiceDescriptor(99, 100), new ServiceDescriptor(98, descriptor));
      readings.stopped(PID, 99, descriptor); // of a process that is gone
      log.call("write", 5, 100, 0, 5);
      log.by(CHILD, "write", 6, descriptor, 0, 6);
      assertThat(connection(ROOT, 100).bytesSent()).isEqualTo(11);
      assertThat(connection(ROOT, 100).remote()).endsWith(":" + pair.connected().port());
      assertDescriptors(CONNECTION, 100);
      log.call("close", 0, 100);
      assertThat(connection(CHILD, descriptor).bytesSent()).isEqualTo(11);
    }
  }
}
