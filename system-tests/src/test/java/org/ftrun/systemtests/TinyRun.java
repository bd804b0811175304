package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * A tiny program under ftrun, taken from step to step.
 *
 * @param environment variables to add
 * @param command what runs the program
 */
record TinyRun(
    Path directory, FastPathMode mode, Map<String, String> environment, List<String> command) {

  TinyRun(Path directory, Map<String, String> environment, List<String> command) {
    this(directory, FastPathMode.byDefault(), environment, command);
  }

  /**
   * Runs the program, protected all the time, and compares it with what it did natively.
   *
   * @param kills at which steps, from 1 on, the primary is killed
   */
  void through(Outcome natively, IntPredicate kills) throws Exception {
    through(natively, kills, Victim.ROOT);
  }

  /** As {@link #through(Outcome, IntPredicate)}, where any process of the primary is killed. */
  void through(Outcome natively, IntPredicate kills, Victim victim) throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate)) {
      int killed = 0;
      for (int step = 1; step <= natively.steps(); step++) {
        awaitStep(ftrun, step);
        ServiceStatus status = ftrun.awaitProtected();
        if (kills.test(step)) {
          int processes = status.processes().size();
          killed++;
          status = ftrun.awaitProtectedAfter(ftrun.kill(victim, killed));
          assertThat(status.processes()).as(ftrun.messages()).hasSize(processes);
          assertThat(status.replicaProcesses())
              .as(ftrun.messages())
              .isNotEmpty()
              .allMatch(replica -> replica.size() == processes);
        }
        assertThat(status.divergences())
            .as("divergences at step %d%n%s", step, ftrun.messages())
            .isZero();
        assertThat(status.takeoverCauses()).isEqualTo(Collections.nCopies(killed, "SIGKILL"));
        gate.pass();
      }
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }

  private FtrunProcess start(Gate gate) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("FT_GATE", gate.environmentValue());
    return FtrunProcess.start(directory, mode, all, command);
  }

  /** What ftrun said of the run that is over. */
  String messages() throws Exception {
    return Files.readString(directory.resolve("stderr"));
  }

  /** Waits until the program stands at a step. */
  static void awaitStep(FtrunProcess ftrun, int step) throws Exception {
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
