package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A replica that is lost is replaced, but not for ever. */
@Timeout(120)
class ReplicaLossesTest {
  /** So many within a minute are made good; on a slow machine the losses take longer. */
  private static final int MADE_GOOD = 3;

  private static final int LOSSES = 60;
  private static final int BYTES_BETWEEN_LOSSES = 100_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldServeOnUnprotectedWhenReplicasAreKilledTooOften(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      long primary = ftrun.awaitProtected().primaryPid();
      Set<Long> replicas = new HashSet<>();
      while (loseNext(ftrun, crowd, replicas)) {
        assertThat(ftrun.status().orElseThrow().primaryPid()).isEqualTo(primary);
      }
      assertThat(replicas).hasSizeGreaterThan(MADE_GOOD);
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

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldEchoEveryByteWhenReplicasAreKilledAgainAndAgain(FastPathMode mode) throws Exception {
    Map<String, String> environment =
        Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.losses=" + (LOSSES + 1));
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, environment, Linking.DYNAMIC);
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      Set<Long> replicas = new HashSet<>();
      while (replicas.size() < LOSSES) {
        assertThat(loseNext(ftrun, crowd, replicas)).as(ftrun.messages()).isTrue();
      }
      crowd.finish();
      assertThat(ftrun.awaitProtected().divergences()).as(ftrun.messages()).isZero();
    }
  }

  /** Kills the next replica under load; false if there is none because protection has ended. */
  private static boolean loseNext(FtrunProcess ftrun, Conversation crowd, Set<Long> replicas)
      throws Exception {
    ServiceStatus status =
        ftrun.awaitStatus("with another replica or none", now -> endsWait(now, replicas));
    if (!status.isProtected()) {
      return false;
    }
    EchoServer.awaitProgress(ftrun, crowd, BYTES_BETWEEN_LOSSES);
    replicas.add(status.pids().get(1));
    FtrunProcess.signal("KILL", status.pids().get(1));
    return true;
  }

  private static boolean endsWait(ServiceStatus now, Set<Long> replicas) {
    return now.isProtected()
        ? !replicas.contains(now.pids().get(1))
        : !now.unprotectedReason().isEmpty();
  }
}
