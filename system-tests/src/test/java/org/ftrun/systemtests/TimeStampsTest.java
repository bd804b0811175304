package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that may read the time stamp counter loses its fast clocks when it does, not before:
 * until then a page of its text cannot be executed.
 */
@Timeout(120)
class TimeStampsTest {
  private static final int PAGE_BYTES = 4096;
  private static final int BEFORE_STAMPS = 1;
  private static final int BEHIND_STAMPS = 2;
  private static final int STEPS = 4;

  private static final TinyProgram PROGRAM =
      new TinyProgram("timestamps", Linking.DYNAMIC, List.of(), 0);

  @TempDir Path directory;

  @BeforeAll
  static void shouldFaultOnThisMachine() throws Exception {
    assumeTrue(Processor.faultsOnRdtsc(), "this machine does not fault on rdtsc");
  }

  @Test
  void shouldLetStampsFaultWhenTheyAreReached() throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate)) {
      TinyRun.awaitStep(ftrun, BEFORE_STAMPS);
      List<Long> members = ftrun.awaitProtected().pids();
      assertThat(members).hasSize(2);
      long whole = textBytes();
      for (long member : members) {
        assertThat(executableBytes(member)).as("fenced in %d", member).isLessThan(whole);
      }
      gate.pass();
      TinyRun.awaitStep(ftrun, BEHIND_STAMPS);
      for (long member : members) {
        Await.until(
            FtrunProcess.LIMIT,
            () -> "member " + member + " still has a fence\n" + ftrun.messages(),
            () -> executableBytes(member) == whole);
      }
      assertThat(ftrun.awaitProtected().divergences()).isZero();
      passFrom(BEHIND_STAMPS, gate);
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
      assertThat(ftrun.output()).isEqualTo(natively().output());
    }
  }

  @Test
  void shouldLeaveNoFenceWhenProtectionEnds() throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate)) {
      TinyRun.awaitStep(ftrun, BEFORE_STAMPS);
      long service = ftrun.awaitProtected().primaryPid();
      assertThat(executableBytes(service)).isLessThan(textBytes());
      ftrun.unprotect();
      assertThat(ftrun.awaitUnprotected()).isEqualTo("on request");
      Await.until(
          FtrunProcess.LIMIT,
          () -> "a fence is left\n" + ftrun.messages(),
          () -> executableBytes(service) == textBytes());
      passFrom(BEFORE_STAMPS, gate);
      assertThat(ftrun.awaitExit()).as(ftrun.messages()).isZero();
      assertThat(ftrun.output()).isEqualTo(natively().output());
    }
  }

  @Test
  void shouldReadStampsWhenFtrunIsGone() throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate)) {
      TinyRun.awaitStep(ftrun, BEFORE_STAMPS);
      ftrun.awaitProtected();
      ftrun.killDaemon();
      passFrom(BEFORE_STAMPS, gate);
      String wanted = natively().output();
      Await.until(
          FtrunProcess.LIMIT,
          () -> "it says " + ftrun.output() + ftrun.messages(),
          () -> ftrun.output().equals(wanted));
    }
  }

  private FtrunProcess start(Gate gate) throws Exception {
    return FtrunProcess.start(
        directory, Map.of("FT_GATE", gate.environmentValue()), PROGRAM.command());
  }

  private static void passFrom(int step, Gate gate) throws IOException {
    for (int i = step; i <= STEPS; i++) {
      gate.pass();
    }
  }

  private Outcome natively() throws Exception {
    return Outcome.natively(Files.createTempDirectory(directory, "native"), PROGRAM.command());
  }

  /** How much of the program's text a process may execute. */
  private static long executableBytes(long pid) throws IOException {
    long bytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
      String[] fields = line.split(" +", 6);
      if (fields[1].charAt(2) == 'x' && fields[fields.length - 1].endsWith(file())) {
        String[] ends = fields[0].split("-");
        bytes += Long.parseUnsignedLong(ends[1], 16) - Long.parseUnsignedLong(ends[0], 16);
      }
    }
    return bytes;
  }

  private static String file() {
    return Path.of(PROGRAM.command().get(0)).getFileName().toString();
  }

  /** Its size in whole pages, from the file's own program headers. */
  private static long textBytes() throws Exception {
    String headers =
        new String(
            new ProcessBuilder("readelf", "-lW", PROGRAM.command().get(0))
                .redirectErrorStream(true)
                .start()
                .getInputStream()
                .readAllBytes(),
            StandardCharsets.UTF_8);
    long bytes =
        headers
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("LOAD") && line.contains("R E"))
            .mapToLong(line -> Long.decode(line.split(" +")[5]))
            .sum();
    assertThat(bytes).as(headers).isGreaterThan(PAGE_BYTES);
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }
}
