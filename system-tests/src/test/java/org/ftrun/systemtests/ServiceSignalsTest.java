package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals that are sent to ftrun reach the service, whichever process serves. */
@Timeout(120)
class ServiceSignalsTest {
  /**
   * Names and numbers of what servers give a meaning to. SIGQUIT is not among them: a JVM starts
   * its children, and so ftrun, with SIGQUIT blocked.
   */
  private static final Map<String, Integer> SIGNALS =
      Map.of("HUP", 1, "INT", 2, "USR1", 10, "USR2", 12, "WINCH", 28);

  @TempDir Path directory;

  @Test
  void shouldPassSignalsToTheServiceWhenItsProcessIsKilledInBetween() throws Exception {
    String server = new CProgram("signal_server", Linking.DYNAMIC).executable().toString();
    StringBuilder expected = new StringBuilder("ready\n");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), List.of(server))) {
      awaitOutput(ftrun, expected.toString());
      ftrun.awaitProtected();
      for (int kill = 0; kill <= 3; kill++) {
        for (Map.Entry<String, Integer> signal : SIGNALS.entrySet()) {
          ftrun.signal(signal.getKey());
          expected.append("signal ").append(signal.getValue()).append('\n');
          awaitOutput(ftrun, expected.toString());
        }
        assertThat(ftrun.awaitProtected().divergences()).isZero();
        if (kill < KillStorm.kills(3)) {
          ftrun.killPrimaryAndAwaitProtected();
        }
      }
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
      assertThat(ftrun.output()).isEqualTo(expected + "ends\n");
    }
  }

  private static void awaitOutput(FtrunProcess ftrun, String expected) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "expected " + expected + " but was " + ftrun.output() + ftrun.messages(),
        () -> ftrun.output().equals(expected));
  }
}
