package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linux is the oracle: each tiny program says under ftrun, and through the death of its process at
 * every step, what it says natively.
 */
@Timeout(120)
class TinyProgramsTest {
  /** Sources that are no tiny programs but servers for other tests. */
  private static final Set<String> SERVERS = Set.of("echo_server");

  private static final Map<TinyProgram, Outcome> NATIVE = new ConcurrentHashMap<>();

  @TempDir Path directory;

  static List<TinyProgram> protectedOnes() {
    return TinyProgram.protectedOnes();
  }

  static List<TinyProgram> unprotectedOnes() {
    return TinyProgram.unprotectedOnes();
  }

  static List<TinyProgram> allPrograms() {
    List<TinyProgram> all = new ArrayList<>(protectedOnes());
    all.addAll(unprotectedOnes());
    return all;
  }

  @Test
  void shouldRunEverySourceWhenTestsRun() throws Exception {
    Set<String> run = new TreeSet<>(SERVERS);
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

  @ParameterizedTest
  @MethodSource("protectedOnes")
  void shouldStateTheSameFactsWhenAReplicaFollows(TinyProgram program) throws Exception {
    run(program, natively(program), step -> false);
  }

  @ParameterizedTest
  @MethodSource("protectedOnes")
  void shouldStateTheSameFactsWhenKilledAtEveryStep(TinyProgram program) throws Exception {
    run(program, natively(program), step -> true);
  }

  @ParameterizedTest
  @MethodSource("unprotectedOnes")
  void shouldStateTheSameFactsWhenProtectionEnds(TinyProgram program) throws Exception {
    Outcome natively = natively(program);
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, Map.of("FT_GATE", gate.environmentValue()), program.command())) {
      awaitStep(ftrun, 1);
      ftrun.awaitProtected();
      for (int step = 1; step <= natively.steps(); step++) {
        awaitStep(ftrun, step);
        if (step == natively.steps()) {
          ServiceStatus status =
              ftrun.awaitStatus("UNPROTECTED", now -> now.state().equals("UNPROTECTED"));
          assertThat(status.unprotectedReason()).isNotBlank();
        }
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      assertThat(new Outcome(ftrun.output(), exitStatus)).isEqualTo(natively);
    }
  }

  private Outcome natively(TinyProgram program) throws Exception {
    Outcome known = NATIVE.get(program);
    if (known == null) {
      known = Outcome.natively(Files.createTempDirectory(directory, "native"), program.command());
      NATIVE.put(program, known);
    }
    return known;
  }

  /** Which steps, from 1 on, the primary is killed at. */
  private interface Kills {
    boolean at(int step);
  }

  private void run(TinyProgram program, Outcome natively, Kills kills) throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, Map.of("FT_GATE", gate.environmentValue()), program.command())) {
      int killed = 0;
      for (int step = 1; step <= natively.steps(); step++) {
        awaitStep(ftrun, step);
        ServiceStatus status = ftrun.awaitProtected();
        if (kills.at(step)) {
          status = ftrun.killPrimaryAndAwaitProtected();
          killed++;
        }
        assertThat(status.divergences()).as("divergences at step %d", step).isZero();
        assertThat(status.takeoverCauses()).isEqualTo(Collections.nCopies(killed, "SIGKILL"));
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      assertThat(new Outcome(ftrun.output(), exitStatus)).as(ftrun.messages()).isEqualTo(natively);
    }
  }

  private static void awaitStep(FtrunProcess ftrun, int step) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "step " + step + " is not reached:\n" + ftrun.output() + ftrun.messages(),
        () -> {
          boolean reached = Outcome.stepsIn(ftrun.output()) >= step;
          assertThat(reached || ftrun.isAlive())
              .as("ended before step %d:%n%s%s", step, ftrun.output(), ftrun.messages())
              .isTrue();
          return reached;
        });
  }
}
