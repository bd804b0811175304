package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linux is the oracle: each tiny program says under ftrun, and through the death of its process at
 * every step, what it says natively.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class TinyProgramsTest {
  /** Sources that are no tiny programs but servers and transfers for other tests. */
  private static final Set<String> OTHERS =
      Set.of(
          "echo_server",
          "hold_thread",
          "signal_server",
          "signal_waits",
          "inflight",
          "transfers",
          "waits",
          "written",
          "without_dispatch",
          "code",
          "diverging",
          "fast_again",
          "fast_calls",
          "code_library",
          "hidden",
          "time_stamp_trap",
          "pid_file");

  private static final Map<TinyProgram, Outcome> NATIVE = new ConcurrentHashMap<>();

  @TempDir Path directory;

  static List<TinyProgram> protectedOnes() {
    return TinyProgram.protectedOnes();
  }

  static List<TinyProgram> dynamicOnes() {
    return TinyProgram.protectedOnes().stream()
        .filter(program -> program.linking() == Linking.DYNAMIC)
        .toList();
  }

  static List<TinyProgram> unprotectedOnes() {
    return TinyProgram.unprotectedOnes();
  }

  static List<TinyProgram> allPrograms() {
    List<TinyProgram> all = new ArrayList<>(protectedOnes());
    all.addAll(unprotectedOnes());
    all.addAll(TinyProgram.membersOnes());
    return all;
  }

  @Test
  void shouldRunEverySourceWhenTestsRun() throws Exception {
    Set<String> run = new TreeSet<>(OTHERS);
    allPrograms().forEach(program -> run.add(program.source()));
    try (Stream<Path> files = Files.list(CProgram.SOURCES)) {
      Set<String> sources =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".c"))
              .map(name -> name.substring(0, name.length() - 2))
              .collect(Collectors.toSet());
      assertThat(run).containsExactlyInAnyOrderElementsOf(sources);
    }
  }

  @ParameterizedTest
  @MethodSource("allPrograms")
  void shouldStateTheSameFactsWhenRunNativelyTwice(TinyProgram program) throws Exception {
    Outcome first = natively(program);
    assertThat(first.output()).contains("done\n").doesNotContain("FAILED");
    assertThat(first.exitStatus()).isEqualTo(program.exitStatus());
    assertThat(first.steps()).isPositive();
    Path again = directory.resolve("again");
    Files.createDirectories(again);
    assertThat(Outcome.natively(again, program.command())).isEqualTo(first);
  }

  /** How it is linked makes no more difference than where it is killed, below. */
  @ParameterizedTest
  @MethodSource("dynamicOnes")
  void shouldStateTheSameFactsWhenAReplicaFollows(TinyProgram program) throws Exception {
    program.assumeEqualMembers();
    run(program.command()).through(natively(program), step -> false);
  }

  @ParameterizedTest
  @MethodSource("protectedOnes")
  void shouldStateTheSameFactsWhenKilledAtEveryStep(TinyProgram program) throws Exception {
    program.assumeEqualMembers();
    run(program.command()).through(natively(program), step -> true);
  }

  /** How a program is linked makes a difference to the fast path and at the start alone. */
  @ParameterizedTest
  @MethodSource("dynamicOnes")
  void shouldStateTheSameFactsWhenKilledWithoutAFastPath(TinyProgram program) throws Exception {
    program.assumeEqualMembers();
    new TinyRun(directory, FastPathMode.OFF, Map.of(), program.command())
        .through(natively(program), step -> true);
  }

  /** Kernels before 6.15 cannot be asked for the id of a POSIX timer. */
  @Test
  void shouldMakeTimersAgainWhenTheKernelChoosesTheirIds() throws Exception {
    TinyProgram program = new TinyProgram("posix_timers", Linking.DYNAMIC, List.of("2"), 0);
    Map<String, String> counting =
        Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.count-timer-ids=true");
    new TinyRun(directory, FastPathMode.ON, counting, program.command())
        .through(natively(program), step -> true);
  }

  @ParameterizedTest
  @MethodSource("unprotectedOnes")
  void shouldStateTheSameFactsWhenProtectionEnds(TinyProgram program) throws Exception {
    endProtection(program, FastPathMode.ON);
  }

  @ParameterizedTest
  @MethodSource("unprotectedOnes")
  void shouldStateTheSameFactsWhenProtectionEndsWithoutAFastPath(TinyProgram program)
      throws Exception {
    endProtection(program, FastPathMode.OFF);
  }

  private void endProtection(TinyProgram program, FastPathMode mode) throws Exception {
    Outcome natively = natively(program);
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, mode, Map.of("FT_GATE", gate.environmentValue()), program.command())) {
      TinyRun.awaitStep(ftrun, 1);
      ftrun.awaitProtected();
      for (int step = 1; step <= natively.steps(); step++) {
        TinyRun.awaitStep(ftrun, step);
        if (step == natively.steps()) {
          String work = directory.resolve("work").toRealPath().toString();
          assertThat(ftrun.awaitUnprotected()).isEqualTo(program.reason().replace("WORK", work));
        }
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OFF,events,60",
    "OFF,unix_sockets,400",
    "OFF,tcp,100",
    "OFF,accepts,14",
    "OFF,files,200",
    "OFF,copying,200",
    "OFF,long_calls,150",
    "OFF,udp,400",
    "OFF,messages,120",
    "OFF,storms,6",
    "OFF,thread_spins,8",
    "OFF,shared_files,40",
    // So many more rounds that the kills come before the end here too.
    "ON,events,300",
    "ON,unix_sockets,4000",
    "ON,tcp,1000",
    "ON,accepts,60",
    "ON,files,3000",
    "ON,copying,6000",
    "ON,long_calls,400",
    "ON,udp,8000",
    "ON,messages,1500",
    "ON,storms,6",
    "ON,thread_spins,8",
    "ON,shared_files,300"
  })
  void shouldStateTheSameFactsWhenKilledAtRandomInstants(
      FastPathMode mode, String source, int rounds) throws Exception {
    TinyProgram program =
        new TinyProgram(source, Linking.DYNAMIC, List.of(String.valueOf(rounds)), 0);
    Outcome natively = natively(program);
    long seed = Long.getLong("ftrun.seed", System.nanoTime());
    System.out.println(source + " with -Dftrun.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int kills = Math.min(10, KillStorm.kills(7));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), program.command())) {
      for (int kill = 1; kill <= kills; kill++) {
        // The last part of the run is left for the last successor.
        int length = natively.output().length() * kill / (kills + 2);
        int instant = length + random.nextInt(1 + natively.output().length() / (2 * (kills + 2)));
        Await.until(
            FtrunProcess.LIMIT,
            () -> "no output: " + ftrun.standing() + ftrun.messages(),
            () -> {
              assertThat(ftrun.isAlive())
                  .as("ends too early, by %s%s", lastOf(ftrun.output()), ftrun.messages())
                  .isTrue();
              return ftrun.output().length() >= instant;
            });
        long epoch = ftrun.killPrimary();
        ServiceStatus status = ftrun.awaitStatus("in a new epoch", now -> now.epoch() > epoch);
        assertThat(status.divergences()).isZero();
      }
      int exitStatus = ftrun.awaitExit();
      assertThat(exitStatus).as(lastOf(ftrun.output()) + ftrun.messages()).isZero();
      assertThat(ftrun.output().lines())
          .containsExactlyElementsOf(natively.output().lines().toList());
    }
  }

  /** Where a program says what failed. */
  private static String lastOf(String output) {
    return output.substring(Math.max(0, output.length() - 300));
  }

  @ParameterizedTest
  @EnumSource(Starter.class)
  void shouldStateTheSameFactsWhenAnotherProgramExecsIt(Starter starter) throws Exception {
    TinyProgram program = new TinyProgram("events", Linking.DYNAMIC, List.of("2"), 0);
    Outcome natively = natively(program);
    List<String> command = starter.command(directory, program.command());
    Path again = Files.createDirectories(directory.resolve("again"));
    assertThat(Outcome.natively(again, command)).isEqualTo(natively);
    run(command).through(natively, step -> step % 3 == 1);
  }

  /** How a program comes to be run by another that was started before it. */
  enum Starter {
    /** A shell that execs it. */
    SHELL {
      @Override
      List<String> command(Path directory, List<String> program) {
        return List.of("/bin/sh", "-c", "exec " + String.join(" ", program));
      }
    },
    /** A shell script that execs it. */
    SCRIPT {
      @Override
      List<String> command(Path directory, List<String> program) throws IOException {
        return List.of(script(directory, "/bin/sh\nexec " + String.join(" ", program)));
      }
    },
    /** A script of which it is the interpreter. */
    INTERPRETER {
      @Override
      List<String> command(Path directory, List<String> program) throws IOException {
        return List.of(script(directory, String.join(" ", program)));
      }
    };

    abstract List<String> command(Path directory, List<String> program) throws IOException;

    private static String script(Path directory, String text) throws IOException {
      Path script = Files.writeString(directory.resolve("script"), "#!" + text + "\n");
      assertThat(script.toFile().setExecutable(true)).isTrue();
      return script.toString();
    }
  }

  private TinyRun run(List<String> command) {
    return new TinyRun(directory, Map.of(), command);
  }

  private Outcome natively(TinyProgram program) throws Exception {
    Outcome known = NATIVE.get(program);
    if (known == null) {
      known = Outcome.natively(Files.createTempDirectory(directory, "native"), program.command());
      NATIVE.put(program, known);
    }
    return known;
  }
}
