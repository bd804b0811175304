package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A protected service that has nothing to do costs next to nothing: its members, and ftrun. */
@Timeout(120)
class IdleCostTest {
  private static final double LARGEST_SHARE = 0.01; // of a core, of a member and its tracer each
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** The first ones may still have compilations of what the load before has run. */
  private static final int MOST_WINDOWS = 8;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldCostNextToNothingWhenTheServiceIsIdle(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = EchoServer.start(directory, mode, Map.of(), Linking.DYNAMIC)) {
      try (EchoClient client = new EchoClient(Ports.connect(ftrun, EchoServer.port(ftrun)), 0, 1)) {
        EchoServer.awaitProgress(ftrun, new Crowd(new ArrayList<>(List.of(client))), 1000);
        client.finish();
      }
      awaitIdle(ftrun);
      ftrun.killPrimaryAndAwaitProtected();
      awaitIdle(ftrun);
    }
  }

  /** memcached's clock ticks once a second, in one of its ten threads. */
  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldCostNextToNothingWhenTheServiceHasThreads(FastPathMode mode) throws Exception {
    int port = Ports.free();
    List<String> memcached = List.of("memcached", "-u", "root", "-U", "0", "-p", "" + port);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, mode, Map.of(), memcached)) {
      Ports.awaitListening(ftrun, port);
      awaitIdle(ftrun);
    }
  }

  /** Waits for a while in which no process costs more than it may. */
  private static void awaitIdle(FtrunProcess ftrun) throws Exception {
    Map<Long, Double> largest = new LinkedHashMap<>();
    List<Long> members = ftrun.awaitProtected().pids();
    members.forEach(pid -> largest.put(pid, LARGEST_SHARE));
    largest.put(ftrun.pid(), LARGEST_SHARE * members.size());
    Map<Long, Double> shares = Map.of();
    for (int window = 0; window < MOST_WINDOWS; window++) {
      shares = sharesOfAWindow(largest.keySet());
      System.out.printf("shares of a core: %s%n", shares);
      if (shares.entrySet().stream().allMatch(one -> one.getValue() < largest.get(one.getKey()))) {
        assertThat(ftrun.awaitProtected().pids()).isEqualTo(members);
        return;
      }
    }
    throw new AssertionError("shares of a core " + shares + ", wanted less than " + largest);
  }

  private static Map<Long, Double> sharesOfAWindow(Iterable<Long> pids) throws Exception {
    Map<Long, Double> before = new LinkedHashMap<>();
    for (long pid : pids) {
      before.put(pid, ProcessorTime.seconds(pid));
    }
    long begin = System.nanoTime();
    Await.until(
        FtrunProcess.LIMIT,
        () -> "time stands still",
        () -> System.nanoTime() - begin > WINDOW_NANOS);
    double seconds = (System.nanoTime() - begin) / 1e9;
    Map<Long, Double> shares = new LinkedHashMap<>();
    for (long pid : pids) {
      shares.put(pid, (ProcessorTime.seconds(pid) - before.get(pid)) / seconds);
    }
    return shares;
  }
}
