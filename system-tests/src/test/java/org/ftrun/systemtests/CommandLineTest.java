package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input to ftrun: one line, the exit status of the contract, and nothing is left behind. */
@Timeout(120)
class CommandLineTest {
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir Path directory;
  private Path runDirectory;
  private Path plain;

  @BeforeEach
  void prepare() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    runDirectory = Files.createDirectory(directory.resolve("run"));
    plain = Files.createFile(directory.resolve("plain"));
    executable("script", "#!/no/such/shell\n".getBytes());
    byte[] header = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}, 84);
    header[16] = 2; // ET_EXEC
    header[18] = 3; // EM_386
    executable("static32", header);
  }

  private void executable(String name, byte[] content) throws Exception {
    Path file = Files.write(directory.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2   | --fly true                    | unknown option '--fly' (see ftrun --help)
          2   | --                            | missing COMMAND (see ftrun --help)
          2   | --name=a/b true               | --name: 'a/b' is not 1 to 64 letters, digits
          2   | --log-size=5G true            | Invalid value for option '--log-size'
          2   | --primary-cpu=9999 true       | --primary-cpu: there is no core 9999
          125 | --attach=1                    | --attach cannot be done yet
          125 | --log-file=/no/such/log true  | cannot write the log file /no/such/log
          127 | no-such-command               | no-such-command: command not found
          127 | ./no-such-file                | ./no-such-file: no such file
          126 | ./plain                       | ./plain: is not executable (chmod +x?)
          126 | ./run                         | ./run: is a directory
          126 | ./static32                    | ./static32: not a 64-bit x86 program
          126 | ./script                      | ./script: its interpreter /no/such/shell
          """)
  void shouldSayWhatIsWrongWhenInputIsBad(int status, String arguments, String line)
      throws Exception {
    assertFails(status, line, List.of(), arguments.split(" "));
  }

  private void assertFails(int status, String line, List<String> starter, String... arguments)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("--run-dir", runDirectory.toString()));
    all.addAll(List.of(arguments));
    ScriptRun.by(starter, directory, FtrunProcess.SCRIPT, all)
        .assertFailed(status, "ftrun: " + line);
    assertThat(runDirectory).isEmptyDirectory();
  }

  /** Seen only at the exec, behind the rehearsal. */
  @Test
  void shouldSayWhatIsWrongWhenTheKernelRefusesToExecute() throws Exception {
    Path program = Files.copy(Path.of("/bin/true"), directory.resolve("program"));
    try (FileChannel writing = FileChannel.open(program, StandardOpenOption.WRITE)) {
      assertThat(writing.isOpen()).isTrue();
      assertFails(126, "./program: the file is open for writing", List.of(), "./program");
    }
  }

  @Test
  void shouldSayWhatIsWrongWhenTheRunDirectoryIsAFile() throws Exception {
    ScriptRun.in(directory, FtrunProcess.SCRIPT, List.of("--run-dir=" + plain, "true"))
        .assertFailed(
            125,
            "ftrun: run directory " + plain + " cannot be used: not a directory; choose another");
    assertThat(plain).isEmptyFile();
  }

  @Test
  void shouldSayWhatIsWrongWhenTheUserIsNotRoot() throws Exception {
    assumeTrue(
        isReadableForNobody(FtrunProcess.SCRIPT), "not everybody may read " + FtrunProcess.SCRIPT);
    ScriptRun.by(AS_NOBODY, directory, FtrunProcess.SCRIPT, List.of("true"))
        .assertFailed(125, "ftrun: no permission for /run/ftrun: run as root, or set ");
    assertFails(
        125,
        "run directory " + runDirectory + " cannot be used: permission denied",
        AS_NOBODY,
        "true");
  }

  private static boolean isReadableForNobody(Path file) throws Exception {
    List<String> command = new ArrayList<>(AS_NOBODY);
    command.addAll(List.of("test", "-r", file.toString()));
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @Test
  void shouldSayWhatIsWrongWhenTheKernelHasNoDispatch() throws Exception {
    Path starter = new CProgram("without_dispatch", Linking.STATIC).executable();
    assertFails(
        125,
        "this kernel has no Syscall User Dispatch: Linux 5.11 or later is needed",
        List.of(starter.toString()),
        "true");
  }

  @Test
  void shouldSayWhatIsWrongWhenTheNameIsInUse() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    Path own = Files.createDirectory(directory.resolve("own"));
    try (FtrunProcess ftrun = EchoServer.start(other, Map.of(), Linking.DYNAMIC)) {
      ServiceStatus before = ftrun.awaitProtected();
      List<String> arguments =
          List.of("--run-dir=" + ftrun.runDirectory(), "--name=" + ftrun.name(), "true");
      ScriptRun.in(own, FtrunProcess.SCRIPT, arguments)
          .assertFailed(125, "ftrun: a service named " + ftrun.name() + " is running");
      assertThat(ftrun.awaitProtected().pids()).isEqualTo(before.pids());
    }
    assertThat(own).isEmptyDirectory();
  }
}
