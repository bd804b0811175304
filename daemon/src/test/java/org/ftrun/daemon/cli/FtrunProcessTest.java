package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ftrun.daemon.control.ControlClient;
import org.ftrun.daemon.control.ControlRequest;
import org.ftrun.daemon.control.RunDirectory;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ftrun as a process of its own, started by the launcher, with a service that runs nothing. */
@Timeout(120)
class FtrunProcessTest {
  @TempDir Path directory;
  @TempDir Path programs;
  private Process process;
  private BufferedReader messages;

  @BeforeEach
  void start() throws Exception {
    Path launcher = extractLauncher();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "exec 7</etc/passwd; exec \"$@\"", "sh"));
    command.addAll(List.of(launcher.toString(), "front"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xrs", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    if (Runtime.version().feature() >= 23) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    for (String library : new String[] {"jna.boot.library.path", "jffi.boot.library.path"}) {
      command.add("-D" + library + "=" + System.getProperty(library));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(FtrunWithScriptedService.class.getName(), "--"));
    command.addAll(List.of("--run-dir", directory.toString(), "true", "\u00e9"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Dnoise=1");
    process = builder.start();
    messages =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    assertThat(messages.readLine()).isEqualTo("launched [true, \u00e9]");
  }

  /** In a full build the launcher is inside the tracer's jar. */
  private Path extractLauncher() throws IOException {
    Path file = programs.resolve("ftrun-launcher");
    try (InputStream launcher =
        getClass().getResourceAsStream("/org/ftrun/tracer/stub/ftrun-launcher")) {
      Files.copy(launcher, file);
    }
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void end() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Test
  void shouldPassEverySignalWhenItIsSentToFtrun() throws Exception {
    awaitServing();
    for (int signal : new int[] {1, 2, 3, 10, 12, 14, 23, 24, 26, 27, 28, 29, 30, 34, 61, 64}) {
      assertThat(Libc.call(SyscallNumber.KILL, process.pid(), signal)).isZero();
      assertThat(messages.readLine()).isEqualTo("signal " + signal + " of 128 bytes");
    }
    assertThat(Libc.call(SyscallNumber.KILL, process.pid(), 15)).isZero();
    assertThat(messages.readLine()).isEqualTo("signal 15 of 128 bytes");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(7);
    assertThat(messages.readLine()).isNull();
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldGiveUpServicesDescriptorsWhenItRuns() throws Exception {
    awaitServing();
    Path descriptors = Path.of("/proc/" + process.pid() + "/fd");
    assertThat(Files.readSymbolicLink(descriptors.resolve("0"))).hasToString("/dev/null");
    assertThat(Files.readSymbolicLink(descriptors.resolve("1"))).hasToString("/dev/null");
    assertThat(Files.readSymbolicLink(descriptors.resolve("2")).toString()).startsWith("pipe:");
    assertThat(targetOf(descriptors.resolve("7"))).isNotEqualTo("/etc/passwd");
    assertThat(process.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void shouldEndWhenStopIsAskedOverSocket() throws Exception {
    awaitServing();
    ControlClient.request(
        new RunDirectory(directory), "true", ControlRequest.STOP, Duration.ofSeconds(60));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(directory).isEmptyDirectory();
  }

  /** What a descriptor refers to; the number that was given up may be used anew, for a moment. */
  private static String targetOf(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return "nothing";
    }
  }

  /** The socket is there before the service; a request is answered once all is set up. */
  private void awaitServing() throws Exception {
    ControlClient.request(
        new RunDirectory(directory), "true", ControlRequest.STATUS, Duration.ofSeconds(60));
  }
}
