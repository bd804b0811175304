package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A service gets what ftrun was given: programs that tell what they were given, started natively
 * and by ftrun's script, say the same. Linux is the oracle.
 */
@Timeout(120)
class LaunchTest {
  /** A context unlike the default in every respect, then the command. */
  private static final String CONTEXT =
      "ulimit -n 100; ulimit -S -f 1000; ulimit -c 7; ulimit -s 4096; umask 027; "
          + "echo 0x13 >/proc/self/coredump_filter; "
          + "exec 5</etc/passwd 7>/dev/null 0<&- 2>>errors; "
          + "exec nice -n 3 env -i --block-signal=USR2,SEGV,TRAP --ignore-signal=HUP,CHLD,SEGV,SYS"
          + " 'a.b=1 2  3' EMPTY= 'M=x\ny\\101\t*' \"PATH=$PATH\" \"$@\"";

  /**
   * What differs by nature: the process's own ids, its tracer and its members' cores, its memory,
   * of which the stub and the log are a part, and the room for descriptors that its parent had.
   */
  private static final String OF_THE_PROCESS =
      "(Tgid|Pid|PPid|NStgid|NSpid|TracerPid|FDSize|Cpus_allowed(_list)?"
          + "|Vm(Peak|Size|HWM|RSS|Data|Lib|PTE)|Rss\\w+|(non)?voluntary_ctxt_switches):.*";

  /** SIGTRAP, SIGSEGV and SIGSYS: the kernel is told something else than the service. */
  private static final long OWNED_SIGNALS = 1L << 5 - 1 | 1L << 11 - 1 | 1L << 31 - 1;

  private static final Pattern SIGNALS = Pattern.compile("(Sig(?:Blk|Ign|Cgt):\t)([0-9a-f]{16})");

  @TempDir Path directory;

  static Stream<List<String>> probes() {
    return Stream.of(
        List.of("env"),
        List.of(
            "sh",
            "-c",
            "ulimit -a; read -r filter </proc/self/coredump_filter; echo $filter; exec nice"),
        List.of("ls", "-l", "--time-style=+", "/proc/self/fd"),
        List.of("cat", "/proc/self/status"));
  }

  @ParameterizedTest
  @MethodSource("probes")
  void shouldShowServiceTheSameWorldWhenLaunched(List<String> probe) throws Exception {
    List<String> context = List.of("sh", "-c", CONTEXT, "sh");
    List<String> command = new ArrayList<>(context);
    command.addAll(probe);
    Outcome natively = Outcome.natively(directory, command);
    assertThat(natively.exitStatus()).isZero();
    assertThat(natively.output()).isNotEmpty();
    try (FtrunProcess ftrun =
        FtrunProcess.startBy(
            context, directory, FastPathMode.byDefault().options(), Map.of(), probe)) {
      int exitStatus = ftrun.awaitExit();
      String errors = Files.readString(directory.resolve("work").resolve("errors"));
      assertThat(exitStatus).as(errors).isZero();
      assertThat(comparable(ftrun.output()))
          .as(errors)
          .containsExactlyElementsOf(comparable(natively.output()));
    }
  }

  /** Natively the program finds the vDSO at least; the machine may forbid the others. */
  @ParameterizedTest
  @CsvSource({"ON,DYNAMIC", "OFF,STATIC"})
  void shouldHideWhatCannotBeReplicatedWhenLaunched(FastPathMode mode, Linking linking)
      throws Exception {
    List<String> command = List.of(new CProgram("hidden", linking).executable().toString());
    assertThat(Outcome.natively(directory, command).output()).contains("vDSO there\n");
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
      assertThat(ftrun.output())
          .isEqualTo("vDSO missing\nrseq missing\nio_uring_setup missing\n".repeat(2));
    }
  }

  private static List<String> comparable(String output) {
    return output
        .lines()
        .filter(line -> !line.matches(OF_THE_PROCESS))
        .map(
            line ->
                SIGNALS.matcher(line).replaceAll(found -> found.group(1) + others(found.group(2))))
        .map(line -> line.replaceFirst("/proc/[0-9]+/fd$", "/proc/PID/fd"))
        .map(line -> line.replaceFirst("^SigQ:\t[0-9]+", "SigQ:\tOF ALL PROCESSES"))
        .toList();
  }

  private static String others(String signals) {
    return Long.toHexString(Long.parseUnsignedLong(signals, 16) & ~OWNED_SIGNALS);
  }
}
