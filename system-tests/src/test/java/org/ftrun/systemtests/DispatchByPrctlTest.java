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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels before 6.4 have no ptrace request for Syscall User Dispatch: there it is turned on and
 * off by a prctl that is injected into the service.
 */
@Timeout(120)
class DispatchByPrctlTest {
  private static final Map<String, String> AS_BEFORE_6_4 =
      Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.dispatchByPrctl=true");
  private static final String SAID = "Syscall User Dispatch is set by prctl";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"signals", "exec_chain", "thread_inheritance"})
  void shouldStateTheSameFactsWhenKilledAtEveryStep(String source) throws Exception {
    TinyProgram program = new TinyProgram(source, Linking.DYNAMIC, List.of("2"), 0);
    TinyRun run = new TinyRun(directory, AS_BEFORE_6_4, program.command());
    run.through(natively(program), step -> true);
    assertThat(run.messages()).contains(SAID);
  }

  @Test
  void shouldStateTheSameFactsWhenProtectionEnds() throws Exception {
    TinyProgram program = new TinyProgram("release", Linking.DYNAMIC, List.of("2"), 0);
    Outcome natively = natively(program);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, AS_BEFORE_6_4, program.command())) {
      int exitStatus = ftrun.awaitExit();
      new Outcome(ftrun.output(), exitStatus).demandSameAs(natively, ftrun);
      assertThat(ftrun.messages()).contains(SAID).contains("not protected");
    }
  }

  private Outcome natively(TinyProgram program) throws Exception {
    return Outcome.natively(
        Files.createDirectories(directory.resolve("native")), program.command());
  }

  @Test
  void shouldEchoEveryByteWhenThePrimaryIsKilled() throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, AS_BEFORE_6_4, Linking.STATIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      new KillStorm(ftrun, crowd, 100_000).kill(3);
      crowd.finish();
      assertThat(ftrun.messages()).contains(SAID);
    }
  }
}
