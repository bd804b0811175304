package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A replica that is lost is replaced, but not for ever. */
@Timeout(120)
class ReplicaLossesTest {
  /** So many within a minute are made good. */
  private static final int MADE_GOOD = 3;

  private static final int BYTES_BETWEEN_LOSSES = 100_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldServeOnUnprotectedWhenReplicasAreKilledTooOften(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      long primary = ftrun.awaitProtected().primaryPid();
      Set<Long> replicas = new HashSet<>();
      for (int loss = 0; loss <= MADE_GOOD; loss++) {
        EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_LOSSES);
        List<Long> pids =
            ftrun
                .awaitStatus(
                    "followed by another replica",
                    now -> now.isProtected() && !replicas.contains(now.pids().get(1)))
                .pids();
        assertThat(pids.get(0)).isEqualTo(primary);
        replicas.add(pids.get(1));
        FtrunProcess.signal("KILL", pids.get(1));
      }
      assertThat(ftrun.awaitUnprotected())
          .isEqualTo("replicas were lost too often, the last one: the replica died");
      assertThat(ftrun.messages().lines().filter("ftrun: replica lost: the replica died"::equals))
          .hasSize(replicas.size());
      ServiceStatus status = ftrun.status().orElseThrow();
      assertThat(status.pids()).containsExactly(primary);
      assertThat(status.takeoverCauses()).isEmpty();
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_LOSSES);
      crowd.finish();
    }
  }
}
