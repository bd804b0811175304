package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ftrun dies at a chosen point of its work: the service goes on natively with all its connections,
 * on all cores, and nothing else of ftrun is left. The points are DaemonFault's; the number behind
 * each says how often it is passed before, so that the first ones are met while the service starts
 * and the others under load.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class DaemonDeathPointTest {
  private static final int BYTES_AFTER = 300_000;
  private static final int SIGNALS_AFTER = 10;
  private static final int CALLS_OF_A_REQUEST = 24;
  private static final Duration BETWEEN_EVENTS = Duration.ofMillis(20);

  @TempDir Path directory;

  /** What happens to the service beside its load, so that its tracers come to a point. */
  private enum Events {
    NONE,
    /** It gets a signal that its handler takes. */
    SIGNALS,
    /** It is stopped and goes on. */
    STOPS,
    /** Its primary is killed. */
    KILLS,
    /** Its replica is killed. */
    LOSSES,
    /** Its protection ends. */
    END;

    /** One of these events; ftrun may be dead already. */
    void happen(FtrunProcess ftrun, ServiceStatus status) throws Exception {
      switch (this) {
        case SIGNALS:
          FtrunProcess.signalIfAlive("USR1", status.primaryPid());
          break;
        case STOPS:
          FtrunProcess.signalIfAlive("STOP", status.primaryPid());
          FtrunProcess.signalIfAlive("CONT", status.primaryPid());
          break;
        case KILLS:
          if (status.isProtected()) {
            FtrunProcess.signalIfAlive("KILL", status.primaryPid());
          }
          break;
        case LOSSES:
          if (status.isProtected()) {
            FtrunProcess.signalIfAlive("KILL", status.pids().get(1));
          }
          break;
        case END:
          ftrun.unprotect();
          break;
        default:
          break;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Calls, their traps, and what is injected: first at the start, then under load.
    "PRIMARY.CALL.READ:3,OFF,restarted,NONE",
    "PRIMARY.CALL.READ:400,OFF,restarted,NONE",
    "PRIMARY.CALL.RESUME:401,OFF,restarted,NONE",
    "PRIMARY.CALL.READ:30,ON,restarted,NONE",
    "PRIMARY.TRAP.READ:402,OFF,restarted,NONE",
    "PRIMARY.TRAP.RESUME:403,OFF,restarted,NONE",
    "PRIMARY.TRAP.READ:30,ON,restarted,NONE",
    "PRIMARY.INJECTED.READ:14,ON,restarted,LOSSES",
    "PRIMARY.INJECTED.RESUME:15,ON,restarted,LOSSES",
    "PRIMARY.INJECTED.RESUME:16,OFF,restarted,LOSSES",
    // Signals and stops.
    "PRIMARY.SIGNAL.READ:3,ON,restarted,SIGNALS",
    "PRIMARY.SIGNAL.RESUME:4,ON,restarted,SIGNALS",
    "PRIMARY.SIGNAL.READ:5,OFF,interrupted,SIGNALS",
    "PRIMARY.SIGNAL.RESUME:6,OFF,interrupted,SIGNALS",
    "PRIMARY.INTERRUPT.READ:2,ON,restarted,STOPS",
    "PRIMARY.INTERRUPT.RESUME:2,ON,restarted,STOPS",
    "PRIMARY.INTERRUPT.READ:3,OFF,restarted,LOSSES",
    "PRIMARY.INTERRUPT.RESUME:3,OFF,restarted,LOSSES",
    "PRIMARY.GROUP_STOP.READ:2,ON,restarted,STOPS",
    "PRIMARY.GROUP_STOP.RESUME:2,OFF,restarted,STOPS",
    // Threads.
    "PRIMARY.BIRTH.READ:5,ON,threads,NONE",
    "PRIMARY.BIRTH.RESUME:5,OFF,threads,NONE",
    "PRIMARY.EXIT.READ:5,ON,threads,NONE",
    "PRIMARY.EXIT.RESUME:5,OFF,threads,NONE",
    "PRIMARY.CALL.READ:401,OFF,threads,NONE",
    "PRIMARY.CALL.RESUME:402,ON,threads,NONE",
    "PRIMARY.TRAP.READ:403,ON,threads,NONE",
    "PRIMARY.TRAP.RESUME:404,OFF,threads,NONE",
    "PRIMARY.INTERRUPT.READ:10,ON,threads,LOSSES",
    "PRIMARY.INTERRUPT.RESUME:10,OFF,threads,LOSSES",
    "LAUNCHED.INJECTED.READ:20,ON,threads,NONE",
    "LAUNCHED.INJECTED.RESUME:21,OFF,threads,NONE",
    // Instructions.
    "PRIMARY.FAULT.READ:1,ON,timestamps,NONE",
    "PRIMARY.FAULT.RESUME:1,ON,timestamps,NONE",
    "PRIMARY.FAULT.RESUME:4,ON,timestamps,NONE",
    // Handlers of the service's own for the signals that the stub owns.
    "PRIMARY.CALL.READ:2000,OFF,faults,NONE",
    "PRIMARY.CALL.RESUME:203,ON,faults,NONE",
    "PRIMARY.TRAP.READ:2001,OFF,faults,NONE",
    "PRIMARY.TRAP.READ:202,ON,faults,NONE",
    "PRIMARY.TRAP.RESUME:201,ON,faults,NONE",
    "PRIMARY.FAULT.READ:7,ON,faults,NONE",
    "PRIMARY.FAULT.RESUME:8,OFF,faults,NONE",
    "REPLICA.FAULT.RESUME:7,ON,faults,NONE",
    "OUTLIVES:1,ON,faults,KILLS",
    "COMPLETED:2,OFF,faults,KILLS",
    "PROMOTED:1,ON,faults,KILLS",
    "LEAVING:1,ON,faults,END",
    "LIFTED:1,OFF,faults,END",
    "RESTORED:1,ON,faults,END",
    "LEFT:1,ON,faults,END",
    // A newborn, and the replica that it becomes.
    "CLONED:1,ON,restarted,NONE",
    "CLONED:2,ON,threads,KILLS",
    "SEIZED:2,ON,restarted,KILLS",
    "DELIVERED:2,OFF,restarted,KILLS",
    "DELIVERED:2,ON,threads,KILLS",
    "RECORDING:2,ON,restarted,KILLS",
    "NEWBORN.INTERRUPT.READ:2,ON,restarted,KILLS",
    "NEWBORN.INJECTED.READ:9,ON,restarted,KILLS",
    "NEWBORN.INJECTED.RESUME:10,OFF,restarted,KILLS",
    "REPLICA.CALL.READ:200,OFF,restarted,NONE",
    "REPLICA.TRAP.READ:5,ON,restarted,NONE",
    "REPLICA.FAULT.READ:3,ON,timestamps,NONE",
    "REPLICA.FAULT.RESUME:3,OFF,timestamps,NONE",
    // A takeover, from where the new primary outlives ftrun.
    "OUTLIVES:1,ON,restarted,KILLS",
    "OUTLIVES:2,OFF,interrupted,KILLS",
    "INHERITED:1,ON,interrupted,KILLS",
    "INHERITED:1,OFF,threads,KILLS",
    "TIMED:1,ON,restarted,KILLS",
    "COMPLETED:1,ON,restarted,KILLS",
    "COMPLETED:1,ON,threads,KILLS",
    "PROMOTED:1,ON,restarted,KILLS",
    "PROMOTED:1,ON,threads,KILLS",
    "PROMOTED:1,ON,timestamps,KILLS",
    // Calls of ours in a takeover and behind it, then the first of the service's.
    "PRIMARY.INJECTED.RESUME:16,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:17,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:18,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:19,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:20,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:21,ON,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:18,OFF,restarted,KILLS",
    "PRIMARY.INJECTED.RESUME:21,OFF,restarted,KILLS",
    // A release.
    "LEAVING:1,ON,restarted,END",
    "UNPATCHED:1,ON,restarted,END",
    "LIFTED:1,ON,restarted,END",
    "LIFTED:1,OFF,timestamps,END",
    "RESTORED:1,ON,restarted,END",
    "UNMAPPED:1,ON,restarted,END",
    "LEFT:1,ON,restarted,END",
    "LEAVING:1,OFF,threads,END",
    "LIFTED:1,ON,threads,END",
    "LEFT:1,ON,threads,END",
    "PRIMARY.SYSCALL.READ:1,ON,restarted,END",
    "PRIMARY.SYSCALL.RESUME:2,ON,restarted,END",
    "PRIMARY.SYSCALL.READ:3,OFF,threads,END",
  })
  void shouldServeOnNativelyWhenFtrunDies(
      String point, FastPathMode mode, String how, Events events) throws Exception {
    assumeTrue(
        !how.equals("timestamps") || Processor.faultsOnRdtsc(),
        "this machine does not fault on rdtsc");
    try (FtrunProcess ftrun = start(point, mode, how);
        Conversation crowd = EchoServer.crowd(EchoServer.port(ftrun))) {
      try {
        awaitDeath(ftrun, crowd, events);
        if (how.equals("restarted") || how.equals("interrupted")) {
          handleSignals(ftrun, crowd);
        }
        Orphan.servesOn(ftrun, crowd, BYTES_AFTER);
      } catch (AssertionError e) {
        throw new AssertionError(ftrun.messages(), e);
      }
      assertThat(ftrun.messages()).doesNotContain("FAILED");
    }
  }

  /**
   * One call after the other of a request in which the service signals itself: the id that it has
   * asked for before is right for the call that it makes alone.
   */
  @ParameterizedTest
  @MethodSource("callsOfARequest")
  void shouldSignalItselfWhenFtrunDiesBetweenTwoOfItsCalls(String point) throws Exception {
    try (FtrunProcess ftrun = start(point, FastPathMode.OFF, "faults");
        Conversation crowd = EchoServer.crowd(EchoServer.port(ftrun))) {
      awaitDeath(ftrun, crowd, Events.NONE);
      Orphan.servesOn(ftrun, crowd, BYTES_AFTER);
      assertThat(ftrun.messages()).doesNotContain("FAILED");
    }
  }

  static Stream<String> callsOfARequest() {
    return IntStream.range(0, CALLS_OF_A_REQUEST)
        .mapToObj(call -> "PRIMARY.TRAP.RESUME:" + (2000 + call));
  }

  /**
   * Between the death of the primary and the promotion of its replica there is nobody who could go
   * on: the replica needs ftrun to come to the end of the log.
   */
  @ParameterizedTest
  @CsvSource({"PRIMARY.EXIT.READ:1,ON", "SETTLED:1,ON", "SETTLED:1,OFF", "DRAINED:1,ON"})
  void shouldLeaveNothingWhenFtrunDiesWithThePrimaryBeforeItHasASuccessor(
      String point, FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = start(point, mode, "restarted");
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      EchoServer.awaitProgress(ftrun, crowd, 1);
      ftrun.killPrimary();
      Await.until(FtrunProcess.LIMIT, ftrun::messages, ftrun::hasDied);
      Await.until(
          FtrunProcess.LIMIT,
          () -> "left: " + processes(ftrun) + "\n" + ftrun.messages(),
          () -> ftrun.processes().isEmpty());
    }
  }

  /** Signals that come wherever the service stands, with nobody to hold them, harm no byte. */
  private static void handleSignals(FtrunProcess ftrun, Conversation crowd) throws Exception {
    Orphan.awaitAlone(ftrun);
    for (int i = 0; i < SIGNALS_AFTER; i++) {
      long before = handled(ftrun);
      FtrunProcess.signal("USR1", ftrun.processes().get(0));
      Await.until(
          FtrunProcess.LIMIT,
          () -> "a signal is lost\n" + ftrun.messages(),
          () -> {
            crowd.check();
            return handled(ftrun) > before;
          });
    }
  }

  private static long handled(FtrunProcess ftrun) {
    return ftrun.output().lines().filter("signal"::equals).count();
  }

  private FtrunProcess start(String point, FastPathMode mode, String how) throws Exception {
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", how));
    String options = "-Dftrun.test.dieAt=" + point + " -Dftrun.test.losses=1000";
    return FtrunProcess.start(directory, mode, Map.of("FTRUN_JAVA_OPTIONS", options), command);
  }

  private static void awaitDeath(FtrunProcess ftrun, Conversation crowd, Events events)
      throws Exception {
    long[] last = {System.nanoTime()};
    Await.until(
        FtrunProcess.LIMIT,
        () -> "ftrun does not come to that point\n" + ftrun.messages(),
        () -> {
          crowd.check();
          if (System.nanoTime() - last[0] > BETWEEN_EVENTS.toNanos()) {
            Optional<ServiceStatus> status = ftrun.status();
            if (status.isPresent()) {
              events.happen(ftrun, status.get());
            }
            last[0] = System.nanoTime();
          }
          return ftrun.hasDied();
        });
  }

  private static List<Long> processes(FtrunProcess ftrun) {
    try {
      return ftrun.processes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
