package org.ftrun.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A child that shares memory with the service is a member too: both go on over takeovers. That has
 * to be asked for, by a property, until all of it is there.
 */
@Timeout(300)
class MemberProcessesTest {
  private static final Map<String, String> MEMBERS =
      Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.members=true");

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldStateTheSameFactsWhenKilledAtEveryStep(FastPathMode mode) throws Exception {
    TinyProgram program = new TinyProgram("members", Linking.DYNAMIC, List.of("2"), 0);
    Outcome natively =
        Outcome.natively(Files.createDirectories(directory.resolve("native")), program.command());
    new TinyRun(directory, mode, MEMBERS, program.command()).through(natively, step -> true);
  }
}
