package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;

/**
 * Kills the primary at random instants while a conversation goes on. An instant is a random amount
 * of progress, then a random part of a call's time; the seed is printed, and settable.
 */
final class KillStorm {
  private static final int LONGEST_SPIN_NANOS = 300_000;

  private final FtrunProcess ftrun;
  private final Conversation conversation;
  private final int longestProgress;
  private final SplittableRandom random;

  /**
   * @param longestProgress at most so much progress is awaited between two kills
   */
  KillStorm(FtrunProcess ftrun, Conversation conversation, int longestProgress) {
    long seed = Long.getLong("ftrun.seed", System.nanoTime());
    System.out.println("kill storm with -Dftrun.seed=" + seed);
    this.ftrun = ftrun;
    this.conversation = conversation;
    this.longestProgress = longestProgress;
    this.random = new SplittableRandom(seed);
  }

  /** How many kills a storm has: the system property, else the default. */
  static int kills(int byDefault) {
    return Integer.getInteger("ftrun.kills", byDefault);
  }

  /** Kills so many times, then checks the status. */
  void kill(int kills) throws Exception {
    kill(kills, Victim.ROOT);
  }

  /** As {@link #kill(int)}, of any process of the primary. */
  void kill(int kills, Victim victim) throws Exception {
    for (int kill = 1; kill <= kills; kill++) {
      ServiceStatus status = ftrun.awaitProtected();
      awaitProgress(kill);
      spin(random.nextInt(LONGEST_SPIN_NANOS));
      long epoch = ftrun.kill(victim, kill);
      ftrun.awaitStatus("in a new epoch", now -> now.epoch() > epoch);
      assertThat(status.divergences())
          .as("divergences before kill %d%n%s", kill, ftrun.messages())
          .isZero();
      check(kill);
    }
    awaitProgress(kills);
    ServiceStatus status = ftrun.awaitProtected();
    assertThat(status.divergences()).isZero();
    assertThat(status.disagreed()).as(ftrun.messages()).isZero();
    System.out.printf(
        "the counters agree to %d last calls, decided %d%n", status.agreed(), status.decided());
    assertThat(status.takeoverCauses()).isEqualTo(Collections.nCopies(kills, "SIGKILL"));
    printTakeoverTimes(status);
  }

  private void awaitProgress(int kill) throws Exception {
    long target = conversation.progress() + 1 + random.nextInt(longestProgress);
    Await.until(
        FtrunProcess.LIMIT,
        () -> "no progress at kill " + kill + "\n" + ftrun.messages(),
        () -> {
          check(kill);
          return conversation.progress() >= target;
        });
  }

  private void check(int kill) {
    try {
      conversation.check();
    } catch (AssertionError e) {
      throw new AssertionError("at kill " + kill + ":\n" + ftrun.messages(), e);
    }
  }

  /** Not a wait for anything: chooses the instant within a call. */
  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static void printTakeoverTimes(ServiceStatus status) {
    List<Long> micros =
        StreamSupport.stream(status.json().getAsJsonArray("takeovers").spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .map(takeover -> takeover.get("micros").getAsLong())
            .sorted()
            .toList();
    if (!micros.isEmpty()) {
      System.out.printf(
          "%d takeovers: median %d us, longest %d us%n",
          micros.size(), micros.get(micros.size() / 2), micros.get(micros.size() - 1));
    }
  }
}
