package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ftrun is asked to end while it starts: whatever it has come to, it leaves nothing behind. */
@Timeout(300)
class EarlyEndTest {
  private static final int ENDS = 32;
  private static final int MOST_MILLIS = 1200;

  @TempDir Path directory;

  @Test
  void shouldEndWithTheServiceWhenAskedToWhileItStarts() throws Exception {
    for (int end = 0; end < ENDS; end++) {
      Path own = Files.createDirectories(directory.resolve("end" + end));
      try (FtrunProcess ftrun = FtrunProcess.start(own, Map.of(), List.of("sleep", "600"))) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos((long) MOST_MILLIS * end / ENDS));
        FtrunProcess.signal("TERM", ftrun.pid());
        assertThat(ftrun.awaitExit()).as("end %d: %s", end, ftrun.messages()).isEqualTo(128 + 15);
      }
    }
  }
}
