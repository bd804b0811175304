package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A service whose ftrun has died. */
final class Orphan {
  private Orphan() {}

  /**
   * Demands that it serves on by itself: its clients get some bytes more and all that they are
   * owed, it may run on all cores, and nothing else of ftrun is left.
   *
   * @return its pid
   */
  static long servesOn(FtrunProcess ftrun, Conversation crowd, long bytes) throws Exception {
    EchoServer.awaitProgress(ftrun, crowd, bytes);
    crowd.finish();
    awaitAlone(ftrun);
    long pid = ftrun.processes().get(0);
    assertThat(cores(pid)).isEqualTo(cores(ProcessHandle.current().pid()));
    return pid;
  }

  /** Waits until of all that ftrun had started only the service is left. */
  static void awaitAlone(FtrunProcess ftrun) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "more or less than the service is left\n" + ftrun.messages(),
        () -> ftrun.processes().size() == 1);
  }

  private static String cores(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .findFirst()
        .orElseThrow();
  }
}
