package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The primary dies at a chosen point of a chosen call, again and again in one run: nothing is lost
 * in the call that was under way, and nothing is done twice. The points are the tracer's, so all
 * calls must come to it.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class FaultPointTest {
  private static final int ROUNDS = Integer.getInteger("ftrun.rounds", 60);
  private static final int FEWEST_KILLS = 5;

  /** Where every call is cut off, as the fault points are named. */
  private static final List<String> POINTS =
      List.of("BEFORE_CALL", "BEFORE_RECORD", "AFTER_RECORD");

  private static final Map<String, Outcome> NATIVE = new ConcurrentHashMap<>();

  @TempDir Path directory;

  /**
   * One cut-off transfer.
   *
   * @param kind what the program does
   * @param call the system call that is cut off
   * @param every of so many such calls, one
   */
  record Fault(String kind, String point, String call, int every) {
    List<String> command() {
      Path executable = new CProgram("inflight", Linking.DYNAMIC).executable();
      return List.of(executable.toString(), kind, String.valueOf(ROUNDS));
    }

    /** What FTRUN_JAVA_OPTIONS must be. */
    String option() {
      return "-Dftrun.test.fault=" + point + ":" + call + ":" + every + "+";
    }

    @Override
    public String toString() {
      return kind + " " + point + " " + call;
    }
  }

  static List<Fault> faults() {
    List<Fault> all = new ArrayList<>();
    for (String point : POINTS) {
      // Before it is made, a call has done nothing to its descriptor, whatever that is.
      boolean before = point.equals("BEFORE_CALL");
      List<String> kinds = List.of("tcp", "unix", "pipe", "append", "eventfd");
      for (String kind : before ? kinds.subList(0, 1) : kinds) {
        all.add(new Fault(kind, point, "read", 7));
        all.add(new Fault(kind, point, "write", 5));
      }
      all.addAll(faultsWithOutputs(point));
      all.add(new Fault("fork", point, "clone", 9));
      all.add(new Fault("fork", point, "wait4", 11));
      all.add(new Fault("wait", point, "wait4", 3));
      all.addAll(faultsWithSegments(point));
    }
    // Beside it all descriptors are alike; what differs is what is read from a dying memory.
    all.add(new Fault("tcp", "WHILE_RECORDING", "read", 7));
    all.add(new Fault("tcp", "WHILE_RECORDING", "write", 5));
    all.addAll(faultsWithOutputs("WHILE_RECORDING"));
    all.addAll(faultsWithSegments("WHILE_RECORDING"));
    all.add(new Fault("fork", "AT_BIRTH", "clone", 9));
    all.add(new Fault("fork", "WHILE_RECORDING", "clone", 9));
    all.add(new Fault("fork", "WHILE_RECORDING", "wait4", 11));
    return all;
  }

  private static List<Fault> faultsWithOutputs(String point) {
    return List.of(
        new Fault("tcp-send", point, "recvfrom", 7),
        new Fault("tcp-send", point, "sendto", 5),
        new Fault("unix-messages", point, "recvmsg", 5),
        new Fault("unix-messages", point, "sendmsg", 5),
        new Fault("bad-buffers", point, "recvmsg", 5),
        new Fault("accept", point, "accept", 7),
        new Fault("accept4", point, "accept4", 5));
  }

  private static List<Fault> faultsWithSegments(String point) {
    return List.of(
        new Fault("segment", point, "shmat", 5),
        new Fault("segment", point, "shmctl", 7),
        new Fault("segment", point, "shmdt", 5));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldLoseAndDoubleNothingWhenACallIsCutOff(Fault fault) throws Exception {
    Outcome natively = natively(fault);
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory,
                FastPathMode.OFF,
                Map.of("FT_GATE", gate.environmentValue(), "FTRUN_JAVA_OPTIONS", fault.option()),
                fault.command())) {
      TinyRun.awaitStep(ftrun, 1);
      ftrun.awaitProtected();
      gate.pass();
      TinyRun.awaitStep(ftrun, 2);
      ServiceStatus status =
          ftrun.awaitStatus(
              "protected after each kill",
              now -> now.isProtected() && now.takeoverCauses().size() == kills(ftrun));
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.takeoverCauses())
          .hasSizeGreaterThanOrEqualTo(FEWEST_KILLS)
          .isEqualTo(Collections.nCopies(status.takeoverCauses().size(), "SIGKILL"));
      gate.pass();
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
      System.out.println(fault + ": " + status.takeoverCauses().size() + " kills");
    }
  }

  /**
   * A signal finds the fast path behind its call, which is the tracer's then; there it is killed.
   */
  @ParameterizedTest
  @CsvSource({"WHILE_RECORDING,read", "AFTER_RECORD,read", "WHILE_RECORDING,write"})
  void shouldStateTheSameFactsWhenASignalHasInterruptedTheFastPath(String point, String call)
      throws Exception {
    TinyProgram program = new TinyProgram("storms", Linking.DYNAMIC, List.of("1"), 0);
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), program.command());
    String fault = "-Dftrun.test.fault=" + point + ":" + call + ":5+";
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", fault);
    try (FtrunProcess ftrun =
        FtrunProcess.start(directory, FastPathMode.ON, environment, program.command())) {
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
      assertThat(kills(ftrun)).as(ftrun.messages()).isPositive();
    }
  }

  /** The signal and its call are in the log, and the process dies before it gets the one. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldStateTheSameFactsWhenKilledAtTheDeliveryOfASignal(FastPathMode mode) throws Exception {
    TinyProgram program = new TinyProgram("signals", Linking.DYNAMIC, List.of("3"), 0);
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), program.command());
    Map<String, String> environment =
        Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.fault=AFTER_SIGNAL:kill:2+");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, environment, program.command())) {
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
      assertThat(kills(ftrun)).as(ftrun.messages()).isPositive();
    }
  }

  private Outcome natively(Fault fault) throws Exception {
    Outcome known = NATIVE.get(fault.kind());
    if (known == null) {
      known =
          Outcome.natively(Files.createDirectories(directory.resolve("native")), fault.command());
      assertThat(known.output()).endsWith("done\n").doesNotContain("FAILED");
      assertThat(known.exitStatus()).isZero();
      NATIVE.put(fault.kind(), known);
    }
    return known;
  }

  /** How often the fault point has struck so far, by ftrun's own account. */
  private static int kills(FtrunProcess ftrun) {
    return (int) ftrun.messages().lines().filter(line -> line.contains("fault point ")).count();
  }
}
