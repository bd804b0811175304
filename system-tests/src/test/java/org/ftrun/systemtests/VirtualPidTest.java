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
import org.junit.jupiter.params.provider.EnumSource;

/** A protected service knows itself by ftrun's pid, whichever process serves. */
@Timeout(120)
class VirtualPidTest {
  private static final int KILLS = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"ON,DYNAMIC", "OFF,DYNAMIC", "ON,MUSL", "OFF,MUSL"})
  void shouldBeFtrunsPidWhenItsProcessIsKilled(FastPathMode mode, Linking linking)
      throws Exception {
    try (FtrunProcess ftrun = start(mode, linking)) {
      long pid = ftrun.pid();
      String expected = "pid " + pid + "\n";
      awaitOutput(ftrun, expected);
      for (int kill = 0; kill <= KILLS; kill++) {
        assertThat(ftrun.awaitProtected().primaryPid()).as("as kill needs it").isNotEqualTo(pid);
        for (int question = 0; question < 3; question++) {
          ftrun.signal("USR1");
          expected += "pid %d thread %d signals 2\n".formatted(pid, pid);
          awaitOutput(ftrun, expected);
        }
        if (kill < KILLS) {
          ftrun.killPrimaryAndAwaitProtected();
        }
      }
      assertThat(Files.readString(directory.resolve("work/pid"))).isEqualTo(pid + "\n");
      ftrun.signal("TERM"); // as kill $(cat pid) does
      assertThat(ftrun.awaitExit()).isEqualTo(143);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DYNAMIC", "STATIC", "MUSL"})
  void shouldEndByItsOwnAbortWhenItsProcessWasKilledBefore(Linking linking) throws Exception {
    try (FtrunProcess ftrun = start(FastPathMode.byDefault(), linking)) {
      awaitOutput(ftrun, "pid " + ftrun.pid() + "\n");
      ftrun.killPrimaryAndAwaitProtected();
      ftrun.signal("HUP");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isEqualTo(134);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldStayWhenProtectionHasEnded(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = start(mode, Linking.DYNAMIC)) {
      String before = "pid " + ftrun.pid() + "\n";
      awaitOutput(ftrun, before);
      ftrun.awaitProtected();
      ftrun.unprotect();
      assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
      ftrun.signal("USR1"); // still reaches it by ftrun's pid
      awaitOutput(
          ftrun, before + "pid %d thread %d signals 2\n".formatted(ftrun.pid(), ftrun.pid()));
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeTheKernelsPidWhenFtrunIsDead(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = start(mode, Linking.DYNAMIC)) {
      String before = "pid " + ftrun.pid() + "\n";
      awaitOutput(ftrun, before);
      ftrun.signal("USR1"); // the calls take the fast path from now on
      before += "pid %d thread %d signals 2\n".formatted(ftrun.pid(), ftrun.pid());
      awaitOutput(ftrun, before);
      long primary = ftrun.awaitProtected().primaryPid();
      ftrun.killDaemon();
      for (int question = 0; question < 2; question++) {
        FtrunProcess.signal("USR1", primary);
        before += "pid %d thread %d signals 2\n".formatted(primary, primary);
        awaitOutput(ftrun, before);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldBeTheOneThatSocketActivationNamesWhenFtrunIsActivated(FastPathMode mode)
      throws Exception {
    String server = new CProgram("pid_file", Linking.DYNAMIC).executable().toString();
    List<String> activator = List.of("sh", "-c", "LISTEN_PID=$$ exec \"$0\" \"$@\"");
    try (FtrunProcess ftrun =
        FtrunProcess.startBy(activator, directory, mode.options(), Map.of(), List.of(server))) {
      awaitOutput(ftrun, "LISTEN_PID 1\npid " + ftrun.pid() + "\n");
    }
  }

  private FtrunProcess start(FastPathMode mode, Linking linking) throws Exception {
    String server = new CProgram("pid_file", linking).executable().toString();
    return FtrunProcess.start(directory, mode, Map.of(), List.of(server));
  }

  private static void awaitOutput(FtrunProcess ftrun, String expected) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "expected " + expected + " but was " + ftrun.output() + ftrun.messages(),
        () -> ftrun.output().equals(expected));
  }
}
