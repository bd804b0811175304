package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A child that shares memory with the service, and serves, is a member: its connections and its
 * last calls are taken for its own, whatever the others use the same descriptors for.
 */
@Timeout(300)
class MemberConnectionsTest {
  private static final String NO_EXIT_EVENT = "-Dftrun.test.lose-exit-event=all";
  private static final int KILLS = KillStorm.kills(10);
  private static final int BYTES_BETWEEN_KILLS = 100_000;
  private static final int ANSWERS_BETWEEN_KILLS = 200;
  private static final int PAGE_BYTES = 5_000;
  private static final int HTTP_CLIENTS = 6;
  private static final int NGINX_PROCESSES = 3;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldEchoEveryByteWhenTheOneThatServesIsKilled(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.startWithWorker(directory, mode, "");
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      for (int kill = 0; kill < KILLS; kill++) {
        EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_KILLS);
        ftrun.awaitProtectedAfter(ftrun.kill(Victim.EACH_IN_TURN, 2 - kill % 2));
      }
      crowd.finish();
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.disagreed()).as(ftrun.messages()).isZero();
      assertThat(ftrun.messages()).doesNotContain("does not fit");
    }
  }

  /** The counters are those of the socket that this process, and not the root, has. */
  @Test
  void shouldEchoEveryByteWhenNoExitEventComesInASendOfTheOneThatServes() throws Exception {
    String faults = NO_EXIT_EVENT + " -Dftrun.test.fault=BEFORE_RECORD:sendto:997+";
    try (FtrunProcess ftrun = EchoServer.startWithWorker(directory, FastPathMode.OFF, faults);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      ftrun.awaitStatus(
          "taken over " + KILLS + " times",
          status -> {
            check(crowd, ftrun);
            return status.takeoverCauses().size() >= KILLS;
          });
      crowd.finish();
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.decided()).as(ftrun.messages()).isGreaterThanOrEqualTo(KILLS);
    }
  }

  /** Each of its workers has connections of its own, by numbers that the others use as well. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldShowTheConnectionsOfAllWorkersWhenAnyProcessOfNginxIsKilled(FastPathMode mode)
      throws Exception {
    int port = Ports.free();
    List<String> command = HttpServer.NGINX_WITH_WORKERS.prepare(directory, port);
    byte[] page = HttpServer.content(directory, "page", PAGE_BYTES);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      awaitProcesses(ftrun, NGINX_PROCESSES);
      List<HttpConversation> clients = new ArrayList<>();
      for (int i = 0; i < HTTP_CLIENTS; i++) {
        clients.add(new HttpConversation(ftrun, port, page));
      }
      try (Conversation crowd = new Crowd(clients)) {
        for (int kill = 0; kill < KILLS; kill++) {
          EchoServer.awaitProgress(ftrun, crowd, ANSWERS_BETWEEN_KILLS);
          awaitKnown(ftrun, clients);
          ftrun.awaitProtectedAfter(ftrun.kill(Victim.EACH_IN_TURN, kill + 1));
          awaitProcesses(ftrun, NGINX_PROCESSES);
        }
        EchoServer.awaitProgress(ftrun, crowd, ANSWERS_BETWEEN_KILLS);
        awaitKnown(ftrun, clients);
        crowd.finish();
      }
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.disagreed()).as(ftrun.messages()).isZero();
      assertThat(ftrun.messages()).doesNotContain("does not fit");
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
  }

  private static void awaitProcesses(FtrunProcess ftrun, int number) throws Exception {
    ftrun.awaitStatus(
        "PROTECTED with " + number + " processes",
        status -> status.isProtected() && status.processes().size() == number);
  }

  /** Waits until all that can be known of the connections of these clients, and no others, is. */
  private static void awaitKnown(FtrunProcess ftrun, List<HttpConversation> clients)
      throws Exception {
    Set<String> expected =
        clients.stream()
            .map(client -> "127.0.0.1:" + client.client())
            .collect(Collectors.toCollection(TreeSet::new));
    Await.until(
        FtrunProcess.LIMIT,
        () -> expected + " are not known: " + ftrun.connections() + ftrun.messages(),
        () -> {
          List<Connection> told = ftrun.connections();
          return told.size() == expected.size()
              && told.stream()
                  .filter(Connection::isKnown)
                  .map(Connection::remote)
                  .collect(Collectors.toCollection(TreeSet::new))
                  .equals(expected);
        });
  }

  private static void check(Conversation conversation, FtrunProcess ftrun) {
    try {
      conversation.check();
    } catch (AssertionError e) {
      throw new AssertionError(ftrun.messages(), e);
    }
  }
}
