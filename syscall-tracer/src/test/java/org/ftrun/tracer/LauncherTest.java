package org.ftrun.tracer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher's round trip without a JVM: a shell script plays java and runs the child mode at
 * once. Each test runs a probe in a context directly and through the launcher: Linux is the oracle.
 */
@Timeout(30)
class LauncherTest {
  /** A context as unlike the default as an ordinary user can make it, then the command. */
  private static final String CONTEXT =
      "ulimit -n 100; ulimit -f 1000; ulimit -c 0; ulimit -v 8000000; umask 027; "
          + "echo 0x13 >/proc/self/coredump_filter; "
          + "exec 5</etc/passwd 7>/dev/null 0<&-; "
          + "exec nice -n 3 env --block-signal=USR2,SEGV,TSTP --ignore-signal=HUP,CHLD,TTOU \"$@\"";

  /**
   * Plays java: the state's descriptor is in the first argument, the launcher in the second. Like
   * the JVM it wants more in core dumps than it was given.
   */
  private static final String JAVA =
      "state=${1#*=}; launcher=${2#*=}; shift 3; echo 0x3f >/proc/self/coredump_filter; "
          + "exec \"$launcher\" child $state 8 9 \"$@\" 8</dev/zero 9>\"$STATUS_FILE\"";

  @TempDir Path directory;
  private Path launcher;
  private Path status;

  @BeforeEach
  void findLauncher() throws URISyntaxException {
    launcher = Path.of(getClass().getResource("/org/ftrun/tracer/stub/ftrun-launcher").toURI());
    status = directory.resolve("status");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cat /proc/self/limits",
        "cat /proc/self/coredump_filter",
        "env -0",
        "nice",
        "ls -l /proc/self/fd",
        "pwd"
      })
  void shouldShowServiceTheSameWorldWhenLaunched(String probe) throws Exception {
    List<String> command = List.of(probe.split(" "));
    assertThat(stable(launched(JAVA, command)))
        .isEqualTo(stable(run(inContext(command))))
        .isNotEmpty();
  }

  @Test
  void shouldKeepMaskAndDispositionsWhenLaunched() throws Exception {
    List<String> command = List.of("cat", "/proc/self/status");
    assertThat(lines(launched(JAVA, command), "Sig[BIC]|Umask|Cpus_a|NoNewPrivs"))
        .isEqualTo(lines(run(inContext(command)), "Sig[BIC]|Umask|Cpus_a|NoNewPrivs"))
        .hasSize(7);
  }

  @Test
  void shouldKeepEnvironmentThatShellWouldChangeWhenStartedByScript() throws Exception {
    Path script =
        script(
            "script",
            "set -f; given=$(\"$0.launcher\" environment $$); IFS='\n'; "
                + "exec \"$0.launcher\" front $given \"$0.java\" jvm -- \"$@\"");
    Files.createSymbolicLink(directory.resolve("script.launcher"), launcher);
    script("script.java", JAVA.replace("$STATUS_FILE", "/dev/null"));
    List<String> odd = List.of("a.b=1 2  3", "EMPTY=", "M=x\ny\\101\t*", "PATH=" + path());
    List<String> plain = new ArrayList<>(List.of("env", "-i"));
    plain.addAll(odd);
    List<String> viaScript = new ArrayList<>(plain);
    viaScript.add(script.toString());
    List<String> probe = List.of("env", "-0");
    plain.addAll(probe);
    viaScript.addAll(probe);
    assertThat(run(viaScript)).isEqualTo(run(plain)).contains("a.b=1 2  3\0");
  }

  @Test
  void shouldGiveJvmMaskAndEnvironmentThatItCanLiveWith() throws Exception {
    String seen = launched("exec cat /proc/self/status /proc/self/environ", List.of("unused"));
    long blocked = Long.parseUnsignedLong(lines(seen, "SigBlk").get(0).split("\t")[1], 16);
    assertThat(signals(blocked))
        .contains(1, 2, 3, 10, 12, 14, 15, 28, 34, 64)
        .contains(20) // TSTP: the user's wish holds for ftrun too
        .doesNotContain(4, 5, 6, 7, 8, 11, 13, 16, 17, 25, 31, 32, 33, 62);
    long ignored = Long.parseUnsignedLong(lines(seen, "SigIgn").get(0).split("\t")[1], 16);
    assertThat(signals(ignored)).containsExactly(22);
    assertThat(seen).contains("_JAVA_SR_SIGNUM=16").contains("PATH=").doesNotContain("STATUS_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-command:2:127", "/etc:13:126", "/etc/passwd/x:20:127"})
  void shouldReportErrnoWhenCommandCannotRun(String row) throws Exception {
    String[] expected = row.split(":");
    Process process = start(inContext(viaFront(JAVA, List.of(expected[0]))));
    assertThat(exitOf(process)).isEqualTo(Integer.parseInt(expected[2]));
    ByteBuffer errno = ByteBuffer.wrap(Files.readAllBytes(status)).order(ByteOrder.nativeOrder());
    assertThat(errno.remaining()).isEqualTo(Integer.BYTES);
    assertThat(errno.getInt()).isEqualTo(Integer.parseInt(expected[1]));
  }

  @Test
  void shouldNotRunCommandWhenFtrunIsGone() throws Exception {
    Process process =
        start(inContext(viaFront(JAVA.replace("zero", "null"), List.of("echo", "ran"))));
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(exitOf(process)).isEqualTo(125);
  }

  @Test
  void shouldRefuseStateWhenItIsNotOfThisVersion() throws Exception {
    Path state = Files.write(directory.resolve("state"), new byte[1000]);
    Process process =
        start(
            List.of(
                "sh",
                "-c",
                "exec \"$1\" child 3 8 9 true 3<\"$2\" 8</dev/zero 9>\"$3\"",
                "sh",
                launcher.toString(),
                state.toString(),
                status.toString()));
    assertThat(exitOf(process)).isEqualTo(125);
    assertThat(Files.readAllBytes(status)).hasSize(Integer.BYTES);
  }

  @Test
  void shouldPassArgumentBytesWhenTheyAreNoText() throws Exception {
    String java =
        "state=${1#*=}; launcher=${2#*=}; "
            + "exec \"$launcher\" recorded $state 8 9 2 8</dev/zero 9>\"$STATUS_FILE\"";
    Process process =
        start(
            List.of(
                "sh",
                "-c",
                "exec \"$1\" front \"$2\" jvm -- --name x printf \"$(printf '\\377\\200=')\"",
                "sh",
                launcher.toString(),
                script("java", withStatusFile(java)).toString()));
    assertThat(process.getInputStream().readAllBytes()).containsExactly(0xff, 0x80, '=');
    assertThat(exitOf(process)).isZero();
  }

  private String launched(String java, List<String> command) throws Exception {
    return run(inContext(viaFront(java, command)));
  }

  private List<String> viaFront(String java, List<String> command) throws IOException {
    List<String> front = new ArrayList<>();
    front.add(launcher.toString());
    front.add("front");
    front.add(script("java", withStatusFile(java)).toString());
    front.add("jvm");
    front.add("--");
    front.addAll(command);
    return front;
  }

  private String withStatusFile(String java) {
    return java.replace("$STATUS_FILE", status.toString());
  }

  private static List<String> inContext(List<String> command) {
    List<String> context = new ArrayList<>(List.of("sh", "-c", CONTEXT, "sh"));
    context.addAll(command);
    return context;
  }

  private Path script(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private static String run(List<String> command) throws Exception {
    Process process = start(command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(exitOf(process)).as(output).isZero();
    return output;
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static int exitOf(Process process) throws InterruptedException {
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Output without what differs between any two runs: process ids, times, pipe numbers. */
  private static String stable(String output) {
    return output
        .replaceAll("/proc/[0-9]+", "/proc/PID")
        .replaceAll("pipe:\\[[0-9]+\\]", "pipe")
        .replaceAll(" [0-9]+:[0-9]+ ", " TIME ");
  }

  private static List<String> lines(String output, String prefix) {
    return output
        .lines()
        .filter(line -> line.matches("(" + prefix + ").*"))
        .collect(Collectors.toList());
  }

  private static List<Integer> signals(long mask) {
    List<Integer> found = new ArrayList<>();
    for (int signal = 1; signal <= 64; signal++) {
      if ((mask >>> (signal - 1) & 1) != 0) {
        found.add(signal);
      }
    }
    return found;
  }

  private static String path() {
    return System.getenv("PATH");
  }
}
