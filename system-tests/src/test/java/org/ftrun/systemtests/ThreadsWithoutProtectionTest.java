package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Services with several threads whose protection ends: all threads go on, and new ones are born.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ThreadsWithoutProtectionTest {
  /** So many steps of thread_spins have threads in loops. */
  private static final int SPIN_STEPS = 5;

  @TempDir Path directory;

  /** How protection ends. */
  private interface End {
    void come(FtrunProcess ftrun) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({
    "thread_channels, 4, ON",
    "thread_channels, 4, OFF",
    "thread_storm, 2, ON",
    "thread_locks, 3, ON"
  })
  void shouldGoOnAndBearThreadsWhenFtrunIsKilled(String source, int step, FastPathMode mode)
      throws Exception {
    run(source, step, mode, FtrunProcess::killDaemon);
  }

  /** Much of the time a thread is just led through its loop, instruction by instruction. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldGoOnWhenFtrunIsKilledWhileThreadsSpin(FastPathMode mode) throws Exception {
    for (int death = 1; death <= SPIN_STEPS; death++) {
      Path own = Files.createDirectories(directory.resolve("death" + death));
      run(own, "thread_spins", death, mode, FtrunProcess::killDaemon);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "thread_channels, 6, ON",
    "thread_channels, 7, OFF",
    "thread_waits, 4, ON",
    "thread_storm, 2, ON",
    "thread_spins, 3, ON",
    "thread_spins, 3, OFF"
  })
  void shouldGoOnAndBearThreadsWhenProtectionIsEnded(String source, int step, FastPathMode mode)
      throws Exception {
    run(
        source,
        step,
        mode,
        ftrun -> {
          ftrun.unprotect();
          assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
        });
  }

  private void run(String source, int endStep, FastPathMode mode, End end) throws Exception {
    run(directory, source, endStep, mode, end);
  }

  private static void run(Path directory, String source, int endStep, FastPathMode mode, End end)
      throws Exception {
    List<String> command = new TinyProgram(source, Linking.DYNAMIC, List.of("2"), 0).command();
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), command);
    assertThat(natively.steps()).as("steps of %s", source).isGreaterThan(endStep);
    Path work = Files.createDirectories(directory.resolve("work"));
    try (Gate gate = Gate.make(work.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(work, mode, Map.of("FT_GATE", gate.environmentValue()), command)) {
      for (int step = 1; step <= natively.steps(); step++) {
        int reached = step;
        Await.until(
            FtrunProcess.LIMIT,
            () -> "step " + reached + ":\n" + ftrun.output() + ftrun.messages(),
            () -> Outcome.stepsIn(ftrun.output()) >= reached);
        if (step == endStep) {
          ftrun.awaitProtected();
          end.come(ftrun);
        }
        gate.pass();
      }
      Await.until(
          FtrunProcess.LIMIT,
          () -> "the rest:\n" + ftrun.output() + ftrun.messages(),
          () -> ftrun.output().equals(natively.output()));
    }
  }
}
