package org.ftrun.benchmarks.paired;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ftrun.demo.kit.Arrivals;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.RunOptions;
import org.ftrun.demo.kit.Workspace;

/**
 * beanstalkd, killed by SIGKILL again and again under load.
 *
 * @param gapMillis for each kill, the longest time without any reply that overlaps the half second
 *     after it, milliseconds
 * @param takeoverMillis for each kill, the takeover by ftrun's account: end seen to promoted
 * @param seedingMillis for each replica that was made, how long its primary stood still for it
 * @param usualMillis for each kill, the longest time without any reply in the 200 ms before it
 */
record Kills(
    List<Double> gapMillis,
    List<Double> takeoverMillis,
    List<Double> seedingMillis,
    List<Double> usualMillis) {
  /** Room for the replies, which must not take the clients time when it grows. */
  private static final int REPLIES = 1 << 22;

  private static final long SETTLE_MILLIS = 400;
  private static final long BEFORE_NANOS = 200_000_000L;
  private static final long AFTER_NANOS = 500_000_000L;

  /** Runs. */
  static Kills measure(Workspace workspace, Path ftrun, Cores cores, int kills)
      throws DemoException, InterruptedException {
    InetSocketAddress address = RunOptions.freeLoopbackAddress();
    List<String> program = Workload.BEANSTALKD.program(workspace, address);
    AtomicBoolean over = new AtomicBoolean();
    Arrivals arrivals = new Arrivals(REPLIES);
    System.gc(); // to move that room later would take the clients 100 ms, and look like a gap
    List<Long> instants = new ArrayList<>();
    try (RunningServer server =
        RunningServer.start(
            Manner.FTRUN,
            workspace,
            ftrun,
            cores,
            "kills",
            program,
            ProcessBuilder.Redirect.DISCARD)) {
      server.awaitListening(address);
      try (BeanstalkLoad load = new BeanstalkLoad(address)) {
        load.onReply(arrivals::add);
        CompletableFuture<Void> clients = CompletableFuture.runAsync(() -> run(load, over));
        try {
          killRepeatedly(server, cores, kills, instants, clients);
        } finally {
          over.set(true);
          await(clients);
          cores.pinClients();
        }
      }
      ServiceState end = server.awaitProtected(kills + 1L);
      return new Kills(
          instants.stream()
              .map(at -> arrivals.longestSilence(at, at + AFTER_NANOS, System.nanoTime()))
              .map(silence -> silence.nanos() / 1e6)
              .toList(),
          end.takeovers().stream().map(takeover -> takeover.micros() / 1e3).toList(),
          end.seedings().stream().map(seeding -> seeding.micros() / 1e3).toList(),
          instants.stream()
              .map(at -> arrivals.longestGapWithin(at - BEFORE_NANOS, at) / 1e6)
              .toList());
    }
  }

  private static void killRepeatedly(
      RunningServer server,
      Cores cores,
      int kills,
      List<Long> instants,
      CompletableFuture<Void> clients)
      throws DemoException, InterruptedException {
    for (int kill = 1; kill <= kills; kill++) {
      ServiceState state = server.awaitProtected(kill);
      cores.withReplicaOn(state.replicas().get(0).cpu()).pinClients();
      Thread.sleep(SETTLE_MILLIS);
      if (clients.isDone()) {
        await(clients);
      }
      long pid = state.primary().pid();
      ProcessHandle primary =
          ProcessHandle.of(pid)
              .orElseThrow(() -> new DemoException("the primary " + pid + " is gone"));
      instants.add(System.nanoTime());
      primary.destroyForcibly();
      Thread.sleep(AFTER_NANOS / 1_000_000);
    }
    server.awaitProtected(kills + 1L);
  }

  private static void run(BeanstalkLoad load, AtomicBoolean over) {
    try {
      load.run(over::get);
    } catch (DemoException e) {
      throw new CompletionException(e);
    }
  }

  private static void await(CompletableFuture<Void> clients)
      throws DemoException, InterruptedException {
    try {
      clients.get();
    } catch (ExecutionException e) {
      throw new DemoException("the clients failed: " + e.getCause().getMessage(), e);
    }
  }
}
