package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Before the service starts, takeovers are rehearsed with a program of ftrun's own. */
@Timeout(120)
class RehearsalTest {
  private static final int TAKEOVERS = 20;

  @TempDir Path directory;

  @Test
  void shouldHaveTakenOverWhenTheServiceStarts() throws Exception {
    List<String> options = List.of("--log-level=debug", "--log-file=" + log());
    Map<String, String> environment =
        Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.rehearsals=" + TAKEOVERS);
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, options, environment, command)) {
      assertThat(ftrun.awaitProtected().takeoverCauses()).isEmpty();
      Await.until(
          FtrunProcess.LIMIT,
          () -> "not rehearsed: " + lines("takeover"),
          () -> lines(" DEBUG .*\\] takeover to process \\d+ after REQUEST: ").size() == TAKEOVERS);
      assertThat(lines("rehearsal of a takeover")).isEmpty();
    }
  }

  @Test
  void shouldLeaveNothingWhenFtrunIsEndedMeanwhile() throws Exception {
    List<String> options = List.of("--log-level=debug", "--log-file=" + log());
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, options, Map.of(), command)) {
      Await.until(
          FtrunProcess.LIMIT,
          () -> "no rehearsal: " + ftrun.messages(),
          () -> Files.exists(log()) && !lines(" replica \\d+ follows").isEmpty());
      ftrun.signal("TERM");
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isEqualTo(128 + 15);
    }
  }

  private Path log() {
    return directory.resolve("log");
  }

  /** Lines of the log with a pattern somewhere in them. */
  private List<String> lines(String pattern) {
    try {
      return Files.readAllLines(log()).stream()
          .filter(Pattern.compile(pattern).asPredicate())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
