package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals that are sent to ftrun reach the service, whichever process serves. */
@Timeout(120)
class ServiceSignalsTest {
  /**
   * Names and numbers of what servers give a meaning to. SIGQUIT is not among them: a JVM starts
   * its children, and so ftrun, with SIGQUIT blocked.
   */
  private static final Map<String, Integer> SIGNALS =
      Map.of("HUP", 1, "INT", 2, "USR1", 10, "USR2", 12, "WINCH", 28);

  private static final int SIGCHLD = 17;
  private static final int LAST_WAIT = 11; // of signal_waits.c

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
        // A JVM has children of its own: ftrun passes no SIGCHLD on.
        FtrunProcess.signal("CHLD", ftrun.awaitProtected().primaryPid());
        expected.append("signal ").append(SIGCHLD).append('\n');
        awaitOutput(ftrun, expected.toString());
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

  /**
   * A replica's loss makes the primary stand still in the call that it waits in, for another to be
   * seeded: just then a signal comes.
   */
  @ParameterizedTest
  @CsvSource({"ON,0", "ON,3", "ON,6", "ON,9", "OFF,0", "OFF,3", "OFF,6", "OFF,9"})
  void shouldEndAWaitWhenASignalComesWhileItStandsInterrupted(FastPathMode mode, int first)
      throws Exception {
    int last = Math.min(first + 2, LAST_WAIT);
    List<String> command =
        List.of(
            new CProgram("signal_waits", Linking.DYNAMIC).executable().toString(),
            "" + first,
            "" + last);
    Map<String, String> environment =
        Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.signal-in-call=true");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, environment, command)) {
      StringBuilder expected = new StringBuilder();
      for (int wait = first; wait <= last; wait++) {
        awaitOutput(ftrun, expected + "waits " + wait + "\n");
        List<Long> pids = ftrun.awaitProtected().pids();
        awaitSleeping(pids.get(0));
        ProcessHandle.of(pids.get(1)).orElseThrow().destroyForcibly();
        expected.append("waits ").append(wait).append("\nended ").append(wait).append(" by 1\n");
        String so = expected.toString();
        Await.until(
            FtrunProcess.LIMIT,
            () -> "expected " + so + " but was " + ftrun.output() + ftrun.messages(),
            () -> ftrun.output().startsWith(so));
      }
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
    }
  }

  private static void awaitSleeping(long pid) throws Exception {
    Path stat = Path.of("/proc/" + pid + "/stat");
    Await.until(
        FtrunProcess.LIMIT,
        () -> pid + " does not wait",
        () -> Files.readString(stat).replaceFirst(".*\\) ", "").startsWith("S"));
  }

  private static void awaitOutput(FtrunProcess ftrun, String expected) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "expected " + expected + " but was " + ftrun.output() + ftrun.messages(),
        () -> ftrun.output().equals(expected));
  }
}
