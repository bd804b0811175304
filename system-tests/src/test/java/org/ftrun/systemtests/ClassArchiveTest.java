package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ftrun starts from the archive of its classes, and just as well without it. */
@Timeout(60)
class ClassArchiveTest {
  @TempDir Path directory;

  @Test
  void shouldTakeItsClassesFromTheArchiveWhenItIsBuilt() throws Exception {
    Path log = directory.resolve("classes");
    assertThat(outputWith("-Xlog:class+load:file=" + log)).isEqualTo("hello\n");
    List<String> own =
        Files.readAllLines(log).stream().filter(line -> line.contains(" org.ftrun.")).toList();
    assertThat(own).hasSizeGreaterThan(100);
    // Lambdas and the like that a run happens to need may be made anew.
    assertThat(own.stream().filter(line -> line.contains("source: shared objects file")).count())
        .as("of %d classes: %s", own.size(), own)
        .isGreaterThan(own.size() * 9L / 10);
  }

  @Test
  void shouldRunAndSayNothingWhenTheArchiveIsUnfit() throws Exception {
    Path archive = Files.writeString(directory.resolve("archive"), "no archive\n".repeat(10_000));
    assertThat(outputWith("-XX:SharedArchiveFile=" + archive)).isEqualTo("hello\n");
    assertThat(Files.readAllLines(directory.resolve("stderr")))
        .allMatch(line -> line.startsWith("ftrun: replica "));
  }

  private String outputWith(String javaOption) throws Exception {
    try (FtrunProcess ftrun =
        FtrunProcess.start(
            directory, Map.of("FTRUN_JAVA_OPTIONS", javaOption), List.of("echo", "hello"))) {
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
      return ftrun.output();
    }
  }
}
