package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However the primary dies, no client of an echo server notices and protection comes back; but what
 * the program does to itself by its own code, it does in both members.
 */
@Timeout(120)
class DeathsTest {
  private static final int DEATHS = 3;
  private static final int BYTES_BETWEEN_DEATHS = 100_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"KILL,ON", "SEGV,ON", "ABRT,ON", "BUS,ON", "ILL,ON", "FPE,ON", "SYS,ON", "TRAP,ON"})
  @CsvSource({"KILL,OFF", "SEGV,OFF", "SYS,OFF", "TRAP,OFF"})
  void shouldServeOnWhenThePrimaryDiesOfASignal(String signal, FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      List<String> causes = new ArrayList<>();
      for (int death = 0; death < DEATHS; death++) {
        EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_DEATHS);
        ServiceStatus status = ftrun.awaitProtectedAfter(ftrun.signalPrimary(signal));
        causes.add("SIG" + signal);
        assertThat(status.takeoverCauses()).isEqualTo(causes);
        assertThat(status.divergences()).as(ftrun.messages()).isZero();
      }
      EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_DEATHS);
      crowd.finish();
    }
  }

  /** Its memory is gone before the tracer looks at it: what it has received is in the log. */
  @ParameterizedTest
  @ValueSource(strings = {"", "messages", "vectors"})
  void shouldServeOnWhenThePrimaryIsKilledForWantOfMemory(String transfers) throws Exception {
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", transfers));
    try (FtrunProcess ftrun =
            FtrunProcess.start(directory, FastPathMode.byDefault(), Map.of(), command);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      List<String> causes = new ArrayList<>();
      for (int death = 0; death < DEATHS; death++) {
        EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_DEATHS);
        ServiceStatus status = starve(ftrun, crowd);
        causes.add("SIGKILL");
        assertThat(status.takeoverCauses()).isEqualTo(causes);
        assertThat(status.divergences()).as(ftrun.messages()).isZero();
      }
      EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_DEATHS);
      crowd.finish();
    }
  }

  /** Lets the primary have no more memory, and gives it reason to want some. */
  private static ServiceStatus starve(FtrunProcess ftrun, Conversation crowd) throws Exception {
    try (MemoryGroup group = memoryGroup()) {
      ServiceStatus before = ftrun.awaitProtected();
      group.add(before.primaryPid());
      List<EchoClient> newcomers = new ArrayList<>();
      try {
        int port = EchoServer.port(ftrun);
        for (int i = 0; ftrun.awaitProtected().epoch() == before.epoch(); i++) {
          assertThat(i).as("clients that a starving primary served").isLessThan(100);
          newcomers.add(new EchoClient(Ports.connect(ftrun, port), 100 + i, 100_000));
          EchoServer.awaitProgress(ftrun, newcomers.get(i), 1);
          crowd.check();
        }
        for (EchoClient newcomer : newcomers) {
          newcomer.finish();
        }
      } catch (AssertionError e) {
        throw new AssertionError(ftrun.messages(), e);
      } finally {
        for (EchoClient newcomer : newcomers) {
          newcomer.close();
        }
      }
      assertThat(group.kills()).as("processes killed for want of memory").isEqualTo(1);
      return ftrun.awaitProtected();
    }
  }

  private static MemoryGroup memoryGroup() {
    try {
      return MemoryGroup.make("ftrun-test-" + ProcessHandle.current().pid(), 64 << 10);
    } catch (IOException e) {
      return abort("no control group with a memory limit can be made here: " + e);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldEndAsItWouldNativelyWhenTheProgramItselfFaults(FastPathMode mode) throws Exception {
    String fatal = "a null pointer is written to";
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", fatal));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), command)) {
      int port = EchoServer.port(ftrun);
      List<Long> pids = ftrun.killPrimaryAndAwaitProtected().pids();
      assertThat(pids).as("primary and replica").hasSize(2);
      try (Socket client = Ports.connect(ftrun, port)) {
        client.setSoTimeout((int) FtrunProcess.LIMIT.toMillis());
        client.getOutputStream().write(fatal.getBytes(StandardCharsets.US_ASCII));
        assertThat(ftrun.awaitExit()).as(ftrun.messages()).isEqualTo(128 + 11);
      }
      assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }
  }
}
