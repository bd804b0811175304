package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transfer that blocks is one call to the service, whatever interrupts it for our sake. */
@Timeout(120)
class TransfersTest {
  private static final List<String> COMMAND =
      List.of(new CProgram("transfers", Linking.DYNAMIC).executable().toString());
  private static final int TRANSFERS = 11;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeWholeWhenSignalsWithoutEffectInterruptThem(FastPathMode mode) throws Exception {
    Outcome natively = natively();
    assertThat(run(mode, false)).isEqualTo(natively);
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeWholeWhenThePrimaryIsKilledInTheMiddle(FastPathMode mode) throws Exception {
    Outcome natively = natively();
    assertThat(run(mode, true)).isEqualTo(natively);
  }

  private Outcome natively() throws Exception {
    Path place = Files.createDirectories(directory.resolve("native"));
    SlowPeer peer = new SlowPeer(place.resolve("work/port"), () -> {});
    Thread thread = SlowPeer.start(peer);
    Outcome natively = Outcome.natively(place, COMMAND);
    thread.join();
    peer.check();
    assertThat(natively.output()).endsWith("done\n").doesNotContain("FAILED", "damaged");
    return natively;
  }

  private Outcome run(FastPathMode mode, boolean kills) throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, mode, Map.of("FT_GATE", gate.environmentValue()), COMMAND)) {
      SlowPeer peer =
          new SlowPeer(
              directory.resolve("work/port"),
              () -> {
                if (kills) {
                  ftrun.killPrimaryAndAwaitProtected();
                }
              });
      Thread thread = SlowPeer.start(peer);
      ftrun.awaitProtected();
      for (int step = 0; step < TRANSFERS + 1; step++) {
        gate.pass();
      }
      Await.until(
          FtrunProcess.LIMIT,
          () -> "the transfers do not end:\n" + ftrun.output() + ftrun.messages(),
          () -> {
            peer.check();
            return ftrun.output().contains("step end") || !ftrun.isAlive();
          });
      ServiceStatus status = ftrun.awaitProtected();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertThat(status.takeoverCauses()).hasSize(kills ? TRANSFERS : 0);
      gate.pass();
      int exitStatus = ftrun.awaitExit();
      thread.join();
      peer.check();
      return new Outcome(ftrun.output(), exitStatus);
    }
  }
}
