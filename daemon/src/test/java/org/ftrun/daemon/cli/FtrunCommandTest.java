package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ftrun.daemon.control.ControlServer;
import org.ftrun.daemon.control.RunDirectory;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ScriptedService;
import org.ftrun.daemon.service.ServiceLauncher;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceOptions.LaunchState;
import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;
import org.ftrun.daemon.service.ServiceOptions.Verification;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FtrunCommandTest {
  /** No descriptor: nothing of the test's own JVM may be released. */
  private static final LaunchState STATE = new LaunchState("/launcher", Integer.MAX_VALUE);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private final List<ServiceOptions> launched = new ArrayList<>();
  @TempDir Path directory;
  private Path runDirectory;
  private boolean dispatch = true;
  private boolean tracing = true;
  private boolean root = true;
  private Optional<LaunchState> state = Optional.of(STATE);
  private ServiceLauncher launcher =
      options -> {
        launched.add(options);
        ScriptedService service = new ScriptedService();
        service.end(42);
        return service;
      };

  @BeforeEach
  void chooseRunDirectory() {
    runDirectory = directory.resolve("run");
  }

  @Test
  void shouldReturnServicesStatusWhenItEnds() {
    assertThat(run("true")).isEqualTo(42);
    assertThat(launched).hasSize(1);
    ServiceOptions options = launched.get(0);
    assertThat(options.name()).isEqualTo("true");
    assertThat(options.command()).containsExactly("true");
    assertThat(options.fastPath()).isTrue();
    assertThat(options.logBytes()).isEqualTo(64 << 20);
    assertThat(options.verification()).isEqualTo(Verification.ARGUMENTS);
    assertThat(options.launchState()).isEqualTo(STATE);
    assertThat(CoreTimes.allowed()).contains(options.primaryCpu(), options.replicaCpu());
    assertThat(runDirectory).isEmptyDirectory();
  }

  @Test
  void shouldTakeOptionsWhenGiven() {
    String core = CoreTimes.allowed().first().toString();
    assertThat(
            run(
                "--name=web@1",
                "--primary-cpu",
                core,
                "--replica-cpu=" + core,
                "--fast-path=off",
                "--log-size=3M",
                "--wait=spin",
                "--verify=full",
                "--log-level=error",
                "/bin/true"))
        .as(error.toString(StandardCharsets.UTF_8))
        .isEqualTo(42);
    ServiceOptions options = launched.get(0);
    assertThat(options.name()).isEqualTo("web@1");
    assertThat(options.primaryCpu()).isEqualTo(options.replicaCpu());
    assertThat(options.fastPath()).isFalse();
    assertThat(options.logBytes()).isEqualTo(4 << 20);
    assertThat(options.replicaWait()).isEqualTo(ReplicaWait.SPIN);
    assertThat(options.verification()).isEqualTo(Verification.FULL);
  }

  @Test
  void shouldLeaveCommandsArgumentsAloneWhenTheyLookLikeOptions() {
    String[] arguments = {
      "true", "--help", "-x", "--", "--name=y", "@file", "${sys:user.home}", ""
    };
    assertThat(run(arguments)).isEqualTo(42);
    List<String> withDashes = new ArrayList<>(List.of("--"));
    withDashes.addAll(List.of(arguments));
    assertThat(run(withDashes.toArray(String[]::new))).isEqualTo(42);
    assertThat(launched)
        .hasSize(2)
        .allSatisfy(options -> assertThat(options.command()).isEqualTo(Arrays.asList(arguments)));
  }

  @Test
  void shouldExitWith2WhenOptionIsUnknown() {
    assertFails(2, "ftrun: unknown option '--fly'", "--fly", "true");
  }

  @Test
  void shouldExitWith2WhenCommandIsMissing() {
    assertFails(2, "ftrun: missing COMMAND");
    assertFails(2, "ftrun: missing COMMAND", "--");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--log-size=0",
        "--log-size=5G",
        "--log-size=1X",
        "--wait=forever",
        "--fast-path=maybe",
        "--verify=some",
        "--primary-cpu=x",
        "--log-level=loud",
        "--name=a/b",
        "--name=",
        "--name",
        "--attach=x"
      })
  void shouldExitWith2WhenValueIsWrong(String option) {
    assertThat(run(option, "true")).isEqualTo(2);
    assertThat(error.toString(StandardCharsets.UTF_8)).startsWith("ftrun: ").hasLineCount(1);
  }

  @Test
  void shouldExitWith2WhenCoreDoesNotExist() {
    assertFails(2, "ftrun: --primary-cpu: there is no core 999", "--primary-cpu=999", "true");
    assertFails(2, "ftrun: --replica-cpu: there is no core -1", "--replica-cpu=-1", "true");
  }

  @Test
  void shouldExitWith127WhenCommandIsNotFound() {
    assertFails(127, "ftrun: no-such-command: command not found", "no-such-command");
    assertFails(127, "ftrun: /no/such/file: no such file", "/no/such/file");
    assertFails(127, "ftrun: : command not found", "");
  }

  @Test
  void shouldExitWith126WhenCommandIsNotExecutable() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertFails(126, "ftrun: " + file + ": is not executable", file.toString());
    assertFails(126, "ftrun: /etc: is a directory", "/etc");
  }

  @Test
  void shouldExitWith126WhenProgramIs32Bit() throws IOException {
    byte[] header = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}, 52);
    header[16] = 2; // ET_EXEC
    header[18] = 3; // EM_386
    Path file = executable("static32", header);
    assertFails(126, "ftrun: " + file + ": not a 64-bit x86 program", file.toString());
    Path script =
        executable("script", ("#! " + file + " -x\n").getBytes(StandardCharsets.US_ASCII));
    assertFails(126, "ftrun: " + script + ": not a 64-bit x86 program", script.toString());
  }

  @Test
  void shouldExitWith126WhenInterpreterIsMissing() throws IOException {
    Path script = executable("script", "#!/no/such/shell\n".getBytes(StandardCharsets.US_ASCII));
    assertFails(126, "ftrun: " + script + ": its interpreter /no/such/shell", script.toString());
  }

  @Test
  void shouldExitAsLauncherSaysWhenExecFails() {
    for (int[] row : new int[][] {{2, 127}, {20, 127}, {13, 126}, {8, 126}, {7, 126}}) {
      launcher =
          options -> {
            throw LaunchException.ofExec("true", row[0]);
          };
      assertFails(row[1], "ftrun: true: ", "true");
      assertThat(runDirectory).isEmptyDirectory();
    }
  }

  @Test
  void shouldExitWith125WhenNameIsInUse() throws Exception {
    try (ControlServer other = ControlServer.claim(new RunDirectory(runDirectory), "web")) {
      assertFails(125, "ftrun: a service named web is running", "--name=web", "true");
      assertThat(other.path()).exists();
    }
  }

  @Test
  void shouldExitWith125WhenRunDirectoryCannotBeWritten() throws IOException {
    runDirectory = Files.createFile(directory.resolve("file"));
    assertFails(125, "ftrun: run directory " + runDirectory + " cannot be used", "true");
    runDirectory = Path.of("/proc/ftrun");
    assertFails(125, "ftrun: run directory /proc/ftrun cannot be used", "true");
  }

  @Test
  void shouldExitWith125WhenUserHasNoPermission() {
    tracing = false;
    assertFails(125, "ftrun: no permission to trace processes", "true");
    tracing = true;
    root = false;
    runDirectory = null;
    assertFails(125, "ftrun: no permission for /run/ftrun", "true");
  }

  @Test
  void shouldExitWith125WhenKernelIsTooOld() {
    dispatch = false;
    assertFails(125, "ftrun: this kernel has no Syscall User Dispatch", "true");
  }

  @Test
  void shouldExitWith125WhenLogFileCannotBeWritten() {
    assertFails(125, "ftrun: cannot write the log file", "--log-file=/no/such/dir/log", "true");
  }

  @Test
  void shouldExitWith125WhenNotStartedByLauncher() {
    state = Optional.empty();
    assertFails(125, "ftrun: start ftrun by its script", "true");
  }

  @Test
  void shouldExitWith125WhenTheUnexpectedHappens() {
    launcher =
        options -> {
          throw new IllegalStateException("a defect");
        };
    assertFails(125, "ftrun: a defect", "true");
  }

  @Test
  void shouldExitWith125WhenAttachIsAsked() {
    assertFails(125, "ftrun: --attach cannot be done yet", "--attach", "1");
    assertFails(2, "ftrun: --attach PID and COMMAND exclude each other", "--attach=1", "true");
  }

  @Test
  void shouldWriteLogToFileWhenAsked() throws IOException {
    Path log = directory.resolve("log");
    assertThat(run("--log-file=" + log, "--log-level=debug", "true")).isEqualTo(42);
    assertThat(log).content().contains("DEBUG [", "ServiceOptions[name=true");
    assertThat(error.size()).isZero();
  }

  @Test
  void shouldPrintUsageWhenHelpIsAsked() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("COMMAND", "--fast-path", "Exit status")
        .containsPattern("--attach=PID +Protect a running server: refused for now");
    assertThat(error.size()).isZero();
  }

  @Test
  void shouldNameItselfWhenVersionIsAsked() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("ftrun ").hasLineCount(1);
  }

  private void assertFails(int status, String start, String... arguments) {
    error.reset();
    assertThat(run(arguments)).isEqualTo(status);
    assertThat(error.toString(StandardCharsets.UTF_8)).startsWith(start).hasLineCount(1);
    assertThat(out.size()).isZero();
    assertThat(launched).isEmpty();
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>();
    if (runDirectory != null) {
      all.add("--run-dir=" + runDirectory);
    }
    all.addAll(List.of(arguments));
    Kernel kernel =
        new Kernel() {
          @Override
          public boolean hasSyscallUserDispatch() {
            return dispatch;
          }

          @Override
          public boolean permitsTracing() {
            return tracing;
          }
        };
    return FtrunCommand.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(error, true, StandardCharsets.UTF_8),
        launcher,
        kernel,
        new Host(state, root, Map.of("PATH", "/usr/bin:/bin")),
        all.toArray(String[]::new));
  }

  private Path executable(String name, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
