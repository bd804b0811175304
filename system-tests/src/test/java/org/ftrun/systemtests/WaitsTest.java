package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Waits with a time-out that are interrupted for our sake end as they would without. */
@Timeout(120)
class WaitsTest {
  private static final List<String> COMMAND =
      List.of(new CProgram("waits", Linking.DYNAMIC).executable().toString());
  private static final List<String> WAITS = List.of("select", "pselect6", "ppoll", "recvmmsg");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"ON,false", "ON,true", "OFF,true"})
  void shouldTellWhatIsLeftAndEndOnTimeWhenInterrupted(FastPathMode mode, boolean kills)
      throws Exception {
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), COMMAND);
    assertThat(natively.output()).endsWith("done\n").doesNotContain("stale", "late", "early");
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun =
            FtrunProcess.start(
                directory, mode, Map.of("FT_GATE", gate.environmentValue()), COMMAND)) {
      ftrun.awaitProtected();
      gate.pass();
      for (String wait : WAITS) {
        Await.until(
            FtrunProcess.LIMIT,
            () -> "no " + wait + ": " + ftrun.output() + ftrun.messages(),
            () -> ftrun.output().contains("waiting in " + wait + "\n"));
        if (kills) {
          ftrun.killPrimaryAndAwaitProtected();
        }
      }
      gate.pass();
      gate.pass();
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
    }
  }
}
