package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
  @ValueSource(strings = {"KILL", "SEGV", "ABRT", "BUS", "ILL", "FPE", "SYS"})
  void shouldServeOnWhenThePrimaryDiesOfASignal(String signal) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, Map.of(), Linking.DYNAMIC);
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

  @Test
  void shouldEndAsItWouldNativelyWhenTheProgramItselfFaults() throws Exception {
    String fatal = "a null pointer is written to";
    List<String> command = EchoServer.command(Linking.DYNAMIC);
    command.addAll(List.of("0", fatal));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command)) {
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
