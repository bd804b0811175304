package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts say and return, of this tree and of one where nothing is built. */
@Timeout(60)
class ScriptsTest {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath().normalize();

  /** Runs a program that finds no Java: none in PATH, none where Debian has them. */
  private static final List<String> WITHOUT_JAVA =
      List.of(
          "unshare",
          "--mount",
          "sh",
          "-c",
          "[ ! -d /usr/lib/jvm ] || mount -t tmpfs none /usr/lib/jvm; unset JAVA_HOME;"
              + " PATH=/usr/bin:/bin exec \"$@\"",
          "sh");

  private static final List<String> NEEDED = List.of("ftrun", "ftctl", "build", "lib/tree.sh");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"ftrun", "ftctl"})
  void shouldTellItsNameAndTheVersionWhenAsked(String program) throws Exception {
    Result result = run(SCRIPTS.resolve(program), "--version");
    assertThat(result.status()).isZero();
    assertThat(result.output()).matches(program + " [0-9]+\\.[0-9]+\\.[0-9]+\\S*\n");
  }

  @ParameterizedTest
  @CsvSource({"ftrun, 125", "ftctl, 1"})
  void shouldSayInOneLineWhenTheBuildCannotFetchWhatItNeeds(String program, int status)
      throws Exception {
    Path scripts =
        treeWithMaven("[ERROR] X: Could not transfer artifact a:b:jar:1 from/to central");
    Result result = run(scripts.resolve(program), "list");
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.output().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith(program + ": building"),
            last -> assertThat(last).startsWith(program + ": failed: ").contains("a network?"));
  }

  @ParameterizedTest
  @CsvSource({"ftrun, 125", "ftctl, 1"})
  void shouldShowWhatMavenSaysWhenTheBuildFails(String program, int status) throws Exception {
    String error = "[ERROR] Fetch.java:[1,2] cannot find symbol class UnknownHostException";
    Result result = run(treeWithMaven(error).resolve(program), "list");
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.output().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith(program + ": building"),
            shown -> assertThat(shown).isEqualTo(error),
            last -> assertThat(last).startsWith(program + ": failed, see above"));
  }

  @ParameterizedTest
  @CsvSource({"ftrun, 125", "ftctl, 1"})
  void shouldSayInOneLineWhenThereIsNoJava(String program, int status) throws Exception {
    List<String> command = new ArrayList<>(WITHOUT_JAVA);
    command.addAll(List.of(SCRIPTS.resolve(program).toString(), "list"));
    Result result = run(command);
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.output())
        .startsWith(program + ": Java 17 or later is missing: install it")
        .hasLineCount(1);
  }

  @Test
  void shouldNameItselfWhenTheBuildIsCalledByAUser() throws Exception {
    Result result = run(treeWithMaven("[ERROR] X").resolve("build"));
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output()).startsWith("build: building").contains("\nbuild: failed, see");
  }

  /** A tree where nothing is built; what it takes for Maven prints one line and fails. */
  private Path treeWithMaven(String line) throws IOException {
    Path scripts = directory.resolve("tree/scripts");
    for (String name : NEEDED) {
      Files.createDirectories(scripts.resolve(name).getParent());
      Files.copy(SCRIPTS.resolve(name), scripts.resolve(name));
    }
    Path maven = Files.createDirectories(directory.resolve("bin")).resolve("mvn");
    Files.writeString(maven, "#!/bin/sh\necho '" + line + "'\nexit 1\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    return scripts;
  }

  private record Result(int status, String output) {}

  private Result run(Path script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private Result run(List<String> command) throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().merge("PATH", directory.resolve("bin") + ":", (path, bin) -> bin + path);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(FtrunProcess.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(output));
  }
}
