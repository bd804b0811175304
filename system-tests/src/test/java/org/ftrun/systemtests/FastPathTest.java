package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fast path is for, and what might tell it from a kernel. */
@Timeout(120)
class FastPathTest {
  /** Period of the timer that is faster than its delivery, microseconds: about a stop's time. */
  private static final int STORM_MICROS = Integer.getInteger("ftrun.storm-micros", 50);

  /** Of this many events of a server under load, at most one may need a stop. */
  private static final int EVENTS_A_STOP = 1000;

  private static final long ENOUGH = 20L * EVENTS_A_STOP;
  private static final int MOST_RUNS = 8;
  private static final int SIGNALS = 3000;
  private static final int CALLS = 2000; // between the first two steps of messages.c, and of poll.c
  private static final int CALLS_A_STEP = 200; // of fast_calls.c
  private static final int CALLS_AGAIN = 500; // of each step of fast_again.c
  private static final int STEPS_A_ROUND = 5; // of sites.c

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"ON,false", "ON,true", "OFF,true"})
  void shouldLoseNothingWhenSignalsComeFromAllSides(FastPathMode mode, boolean kills)
      throws Exception {
    List<String> command = new TinyProgram("storms", Linking.DYNAMIC, List.of("2"), 0).command();
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, mode, Map.of("FT_GATE", gate.environmentValue()), command)) {
      TinyRun.awaitStep(ftrun, 1);
      Process sender = ftrun.sendOften("USR1", SIGNALS);
      try {
        for (int step = 1; step <= natively.steps(); step++) {
          TinyRun.awaitStep(ftrun, step);
          if (kills) {
            ftrun.killPrimaryAndAwaitProtected();
          }
          if (step == natively.steps()) {
            assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
            sender.destroyForcibly().waitFor();
          }
          gate.pass();
        }
      } finally {
        sender.destroyForcibly().waitFor();
      }
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldStateTheSameFactsWhenATimerIsFasterThanItsDelivery(FastPathMode mode)
      throws Exception {
    List<String> arguments = List.of("1", Integer.toString(STORM_MICROS), "6");
    TinyProgram storm = new TinyProgram("storms", Linking.DYNAMIC, arguments, 0);
    Path alone = Files.createDirectories(directory.resolve("native"));
    new TinyRun(directory, mode, Map.of(), storm.command())
        .through(Outcome.natively(alone, storm.command()), step -> false);
  }

  @ParameterizedTest
  @CsvSource({"ON,false", "ON,true", "OFF,true"})
  void shouldExecuteWhatIsThereWhenALibraryComesAndGoes(FastPathMode mode, boolean kills)
      throws Exception {
    List<String> command =
        List.of(
            new CProgram("code", Linking.DYNAMIC).executable().toString(),
            "1",
            CProgram.library("code_library").toString());
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    assertThat(natively.output()).endsWith("done\n").doesNotContain("FAILED");
    new TinyRun(directory, mode, Map.of(), command).through(natively, step -> kills);
  }

  /**
   * Its own calls are farther away from the stub than a jump goes. Together its rounds have more
   * places that call than all rooms for trampolines would have room for, at the same addresses.
   */
  @ParameterizedTest
  @EnumSource(Linking.class)
  void shouldPatchTheSitesOfAProgramWhereverItIs(Linking linking) throws Exception {
    List<String> command = new TinyProgram("sites", linking, List.of("16"), 0).command();
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, FastPathMode.ON, Map.of("FT_GATE", gate.environmentValue()), command)) {
      // Two calls of musl's fcntl have nothing but a short branch behind them.
      long branching = linking.command().get(0).equals("musl-gcc") ? 2 : 0;
      long ownBranching = 1; // branch_behind of sites.c
      for (int step = 1; step <= natively.steps(); step++) {
        TinyRun.awaitStep(ftrun, step);
        ServiceStatus status = ftrun.awaitProtected();
        assertThat(status.divergences()).as(ftrun.messages()).isZero();
        assertThat(status.slowSites())
            .as(ftrun.messages())
            .isBetween(ownBranching, ownBranching + branching);
        if (step <= 2) {
          assertThat(status.fastSites()).isBetween(8L, 100L);
          assertThat(status.slowPathEvents() * 20).isLessThan(status.events());
        } else if (step < natively.steps() && (step - 1) % STEPS_A_ROUND >= 2) {
          // More than there is room for beside the stub.
          assertThat(status.fastSites()).isGreaterThan(1300);
        }
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }

  /** Each step of fast_calls.c makes another call {@value #CALLS_A_STEP} times. */
  @ParameterizedTest
  @EnumSource(names = {"DYNAMIC", "STATIC", "MUSL"})
  void shouldStopForNoneOfTheCallsOfRequestLoops(Linking linking) throws Exception {
    List<String> command = new TinyProgram("fast_calls", linking, List.of("1"), 0).command();
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    assertThat(natively.output()).endsWith("done\n").doesNotContain("FAILED");
    assertThat(slowSteps(command, natively, CALLS_A_STEP / 4))
        .as("slow events by step of\n" + natively.output())
        .isEmpty();
  }

  /** Each step but the first makes {@value #CALLS_AGAIN} calls from code that has just changed. */
  @Test
  void shouldStopForNoneOfTheCallsOfCodeThatHasChangedOrComeBack() throws Exception {
    List<String> command =
        List.of(
            new CProgram("fast_again", Linking.DYNAMIC).executable().toString(),
            "1",
            CProgram.library("code_library").toString());
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    assertThat(natively.output()).endsWith("done\n").doesNotContain("FAILED");
    // What changes the code, and loads the library, is slow.
    assertThat(slowSteps(command, natively, CALLS_AGAIN / 4))
        .as("slow events by step of\n" + natively.output())
        .isEmpty();
  }

  /**
   * Runs it under ftrun; the slow events of each step, but the first, that has more than so many.
   */
  private Map<Integer, Long> slowSteps(List<String> command, Outcome natively, int most)
      throws Exception {
    Map<Integer, Long> slow = new TreeMap<>();
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, FastPathMode.ON, Map.of("FT_GATE", gate.environmentValue()), command)) {
      long before = 0;
      for (int step = 1; step <= natively.steps(); step++) {
        TinyRun.awaitStep(ftrun, step);
        ServiceStatus status = ftrun.awaitProtected();
        assertThat(status.divergences()).as(ftrun.messages()).isZero();
        if (step > 1 && status.slowPathEvents() - before > most) {
          slow.put(step, status.slowPathEvents() - before);
        }
        before = status.slowPathEvents();
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
    return slow;
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep-alive", "close"})
  void shouldStopForOneEventInAThousandWhenNginxIsUnderLoad(String connection) throws Exception {
    int port = Ports.free();
    List<String> command = HttpServer.NGINX.prepare(directory, port);
    Files.write(directory.resolve("www").resolve("page"), new byte[1024]);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, FastPathMode.ON, Map.of(), command)) {
      Ports.awaitListening(ftrun, port);
      ftrun.awaitProtected();
      runWrk(port, connection, 1); // each site is patched at its first call
      ServiceStatus before = ftrun.awaitProtected();
      ServiceStatus after = before;
      for (int run = 0; run < MOST_RUNS && after.events() - before.events() < ENOUGH; run++) {
        runWrk(port, connection, 4);
        after = ftrun.awaitProtected();
      }
      assertThat(after.divergences()).as(ftrun.messages()).isZero();
      long events = after.events() - before.events();
      long slow = after.slowPathEvents() - before.slowPathEvents();
      System.out.printf("%d of %d events by the slow path%n", slow, events);
      assertThat(events).isGreaterThanOrEqualTo(ENOUGH);
      assertThat(slow * EVENTS_A_STOP).as("%d of %d events", slow, events).isLessThan(events);
      long logBytes = after.logBytes() - before.logBytes();
      assertThat(logBytes / events).as("bytes of log an event").isBetween(65L, 1000L);
    }
  }

  /** Calls with message headers but no control data, and waits with a signal mask. */
  @ParameterizedTest
  @ValueSource(strings = {"messages", "poll"})
  void shouldNotStopForCallsThatTheStubCanDo(String source) throws Exception {
    List<String> command = new TinyProgram(source, Linking.DYNAMIC, List.of("1"), 0).command();
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, FastPathMode.ON, Map.of("FT_GATE", gate.environmentValue()), command)) {
      TinyRun.awaitStep(ftrun, 1);
      ServiceStatus before = ftrun.awaitProtected();
      gate.pass();
      TinyRun.awaitStep(ftrun, 2);
      ServiceStatus after = ftrun.awaitProtected();
      assertThat(after.divergences()).as(ftrun.messages()).isZero();
      assertThat(after.events() - before.events()).isGreaterThanOrEqualTo(CALLS);
      assertThat(after.slowPathEvents() - before.slowPathEvents())
          .as(ftrun.messages())
          .isLessThan(CALLS / 100);
    }
  }

  private void runWrk(int port, String connection, int seconds) throws Exception {
    Path log = directory.resolve("wrk.log");
    String url = "http://127.0.0.1:" + port + "/page";
    Process wrk =
        new ProcessBuilder(
                "wrk", "-t1", "-c10", "-d" + seconds + "s", "-H", "Connection: " + connection, url)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(wrk.waitFor(60, TimeUnit.SECONDS)).as("wrk ends").isTrue();
    } finally {
      wrk.destroyForcibly().waitFor();
    }
    assertThat(Files.readString(log)).contains("requests in").doesNotContain("Socket errors");
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldStateTheSameFactsWhenKilledInTheMidstOfTheCallsOfRequestLoops(FastPathMode mode)
      throws Exception {
    TinyProgram calls = new TinyProgram("fast_calls", Linking.DYNAMIC, List.of("1"), 0);
    Path alone = Files.createDirectories(directory.resolve("native"));
    new TinyRun(directory, mode, Map.of(), calls.command())
        .through(Outcome.natively(alone, calls.command()), step -> step % 2 == 0);
  }
}
