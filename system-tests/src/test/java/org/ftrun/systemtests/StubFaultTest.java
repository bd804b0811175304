package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Primaries are killed at chosen instructions inside the fast path, one after the other: whatever
 * the call has come to there, not a byte is lost or doubled. Each run takes every seventh
 * instruction or so, from a random one on; {@code -Dftrun.stride=1} takes all.
 */
@Execution(ExecutionMode.CONCURRENT)
class StubFaultTest {
  private static final Duration LONGEST_KILL = Duration.ofMillis(500);

  private static final String NO_EXIT_EVENT = "-Dftrun.test.lose-exit-event=all";
  private static final Set<String> BY_EPOLL = Set.of("epoll_wait", "clock_gettime");
  private static final int CLIENTS = 4;
  private static final int SIGUSR1 = 10;
  private static final int SIGSEGV = 11;

  /** Copies are made byte by byte, each an instruction to the debugger: let them be short. */
  private static final int WINDOW = 12;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "read,0,560",
    "sendto,0,460",
    "poll,0,620",
    "readv,0,550",
    "readv,550,1100",
    "recvmsg,0,550",
    "recvmsg,550,1100",
    "recvmsg,1100,1650",
    "sendmsg,0,460",
    "epoll_wait,0,640",
    "clock_gettime,0,470"
  })
  @Timeout(300)
  void shouldEchoEveryByteWhenKilledAtAnyInstruction(String call, int from, int to)
      throws Exception {
    echo(call, Faults.of(call, from, to), "");
  }

  /** Then there is the log to tell what the call received, and the kernel's counters how much. */
  @ParameterizedTest
  @CsvSource({
    "read,0,560",
    "sendto,0,460",
    "readv,0,550",
    "readv,550,1100",
    "recvmsg,0,550",
    "recvmsg,550,1100",
    "recvmsg,1100,1650",
    "sendmsg,0,460",
    "writev,0,460"
  })
  @Timeout(300)
  void shouldEchoEveryByteWhenKilledAtAnyInstructionAndNoExitEventComes(
      String call, int from, int to) throws Exception {
    echo(call, Faults.of(call, from, to), NO_EXIT_EVENT);
  }

  /** The stub handles this signal itself, where it tells that a buffer is unreadable. */
  @Test
  @Timeout(300)
  void shouldEchoEveryByteWhenASignalThatTheStubHandlesKillsAtAnyInstruction() throws Exception {
    echo("read", Faults.bySignal("read", 0, 560, SIGSEGV), "");
  }

  /**
   * A signal with a handler comes once, whatever the call has come to where it comes, and harms no
   * byte.
   */
  @ParameterizedTest
  @CsvSource({"read,0,560,interrupted", "sendto,0,460,restarted", "poll,0,620,interrupted"})
  @Timeout(300)
  void shouldHandleASignalOnceWhenItComesAtAnyInstruction(
      String call, int from, int to, String handler) throws Exception {
    Faults faults = Faults.by(call, from, to, SIGUSR1);
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", handler));
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", faults.option());
    try (FtrunProcess ftrun = FtrunProcess.start(directory, FastPathMode.ON, environment, command);
        Conversation crowd = crowd(ftrun)) {
      Await.until(
          limit(faults.kills()),
          () -> ftrun.messages() + "\n" + ftrun.output(),
          () -> {
            crowd.check();
            return handled(ftrun) >= faults.kills();
          });
      assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
      ftrun.killPrimaryAndAwaitProtected();
      crowd.finish();
      assertThat(handled(ftrun)).as(ftrun.messages()).isEqualTo(faults.kills());
      assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
    }
  }

  private static long handled(FtrunProcess ftrun) {
    return ftrun.output().lines().filter("signal"::equals).count();
  }

  private void echo(String call, Faults faults, String option) throws Exception {
    int kills = faults.kills();
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", faults.option() + " " + option);
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    if (call.endsWith("msg")) {
      command.addAll(List.of("0", "", "messages"));
    } else if (call.endsWith("v")) {
      command.addAll(List.of("0", "", "vectors"));
    } else if (BY_EPOLL.contains(call)) {
      command.addAll(List.of("0", "", "epoll"));
    }
    try (FtrunProcess ftrun = FtrunProcess.start(directory, FastPathMode.ON, environment, command);
        Conversation crowd = crowd(ftrun)) {
      ServiceStatus status =
          ftrun.awaitStatus(
              limit(kills),
              "taken over " + kills + " times",
              now -> {
                crowd.check();
                return now.takeoverCauses().size() == kills;
              });
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.disagreed()).as(ftrun.messages()).isZero();
      assertThat(ftrun.messages()).doesNotContain("did not die");
      crowd.finish();
    }
  }

  /**
   * Every connection is accepted once, under the number that is free: of a call that the kernel has
   * made the new primary must learn the descriptor, for it is in the table.
   */
  @ParameterizedTest
  @CsvSource({"accept4,0,300", "accept4,300,600", "accept4,600,900", "accept,0,420"})
  @Timeout(300)
  void shouldAcceptEveryConnectionOnceWhenKilledAtAnyInstruction(String call, int from, int to)
      throws Exception {
    inflight("accept4", Faults.of(call, from, to), "");
  }

  /** A datagram is received once, with its sender, whether alone or together with others. */
  @ParameterizedTest
  @CsvSource({"recvmmsg,0,1400", "recvmmsg,1400,2800", "recvfrom,0,1000"})
  @Timeout(300)
  void shouldReceiveEveryDatagramOnceWhenKilledAtAnyInstruction(String call, int from, int to)
      throws Exception {
    inflight("datagrams", Faults.few(call, from, to), "");
  }

  /** Of a recvmmsg the kernel itself writes down how many messages it has received. */
  @ParameterizedTest
  @CsvSource({"recvmmsg,0,1400", "recvmmsg,1400,2800"})
  @Timeout(300)
  void shouldReceiveEveryDatagramOnceWhenKilledAtAnyInstructionAndNoExitEventComes(
      String call, int from, int to) throws Exception {
    inflight("datagrams", Faults.few(call, from, to), NO_EXIT_EVENT);
  }

  private void inflight(String kind, Faults faults, String option) throws Exception {
    int rounds = Faults.CALLS_A_KILL * (faults.kills() + 2);
    String options = faults.option() + " " + option;
    String inflight = new CProgram("inflight", Linking.DYNAMIC).executable().toString();
    List<String> command = List.of(inflight, kind, String.valueOf(rounds));
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    assertThat(natively.output()).endsWith("done\n").doesNotContain("FAILED");
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory,
                FastPathMode.ON,
                Map.of("FT_GATE", gate.environmentValue(), "FTRUN_JAVA_OPTIONS", options),
                command)) {
      TinyRun.awaitStep(ftrun, 1);
      ftrun.awaitProtected();
      gate.pass();
      ServiceStatus status =
          ftrun.awaitStatus(
              limit(faults.kills()),
              "taken over " + faults.kills() + " times",
              now -> now.isProtected() && now.takeoverCauses().size() == faults.kills());
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      TinyRun.awaitStep(ftrun, 2);
      gate.pass();
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }

  /**
   * Where the primaries are killed.
   *
   * @param first behind how many instructions of the stub the first one is
   */
  private record Faults(String call, int first, int stride, int kills, int signal) {
    /** In the how manieth call of a primary it is killed. */
    static final int CALLS_A_KILL = 10;

    private static final int SIGKILL = 9;

    static Faults of(String call, int from, int to) {
      return of(call, from, to, 7, SIGKILL);
    }

    /** As {@link #of(String, int, int)}, for calls of which parts of the same kind are many. */
    static Faults few(String call, int from, int to) {
      return of(call, from, to, 13, SIGKILL);
    }

    /** A copy of some bytes is met by longer steps too. */
    static Faults bySignal(String call, int from, int to, int signal) {
      return of(call, from, to, 7, signal);
    }

    /** Signals come and go faster than primaries. */
    static Faults by(String call, int from, int to, int signal) {
      return of(call, from, to, 3, signal);
    }

    private static Faults of(String call, int from, int to, int step, int signal) {
      int stride = Integer.getInteger("ftrun.stride", step);
      long seed = Long.getLong("ftrun.seed", System.nanoTime());
      System.out.println(call + " with -Dftrun.seed=" + seed);
      int first = from + new SplittableRandom(seed).nextInt(stride);
      return new Faults(call, first, stride, (to - first) / stride, signal);
    }

    /** What FTRUN_JAVA_OPTIONS must be. */
    String option() {
      return "-Dftrun.test.killInStub="
          + String.join(":", call, "" + first, "" + stride, "" + kills, "" + signal);
    }
  }

  private static Conversation crowd(FtrunProcess ftrun) throws Exception {
    int port = EchoServer.port(ftrun);
    List<EchoClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new EchoClient(Ports.connect(ftrun, port), i, WINDOW));
    }
    return new Crowd(clients);
  }

  /** Time for so many kills, each with a takeover and the birth of a replica. */
  private static Duration limit(int kills) {
    return FtrunProcess.LIMIT.plus(LONGEST_KILL.multipliedBy(kills));
  }
}
