package org.ftrun.demo.irc;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.DemoServer;
import org.ftrun.demo.kit.ExitStatus;
import org.ftrun.demo.kit.Kill;
import org.ftrun.demo.kit.KillEffect;
import org.ftrun.demo.kit.Killer;
import org.ftrun.demo.kit.OptionCheck;
import org.ftrun.demo.kit.ProgressLine;
import org.ftrun.demo.kit.RunOptions;
import org.ftrun.demo.kit.Workspace;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs ngircd, lets clients talk while it is killed, and says what they noticed. */
@Command(
    name = "demo-irc",
    sortOptions = false,
    description = "Kills a running IRC server under its clients, and shows what they notice.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:nothing was lost, doubled, reordered or disconnected, every kill was survived",
      "1:something was",
      "2:wrong usage",
      "3:the demo could not be run"
    })
public final class IrcDemo implements Callable<Integer> {
  private static final long JOIN_LIMIT_SECONDS = 60;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
  private static final long WATCH_MILLIS = 100;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions run = new RunOptions();

  @Option(names = "--clients", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(names = "--channels", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  private int channels;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "Messages a second, of all clients together. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--kills",
      defaultValue = "3",
      description = "How often to kill the server. Default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--interval",
      defaultValue = "10",
      description = "Seconds before the first kill and between kills. Default: ${DEFAULT-VALUE}.")
  private double interval;

  @Option(
      names = "--seconds",
      description = "How long to send at least. Default: the interval times the kills plus one.")
  private Double seconds;

  private final PrintStream out = System.out;

  private IrcDemo() {}

  /** Runs the demo. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new IrcDemo()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    try (Workspace workspace = run.openWorkspace()) {
      IrcVerdict verdict = runIn(workspace);
      IrcReport.print(verdict, out);
      run.writeJson(verdict);
      return verdict.passed() ? ExitStatus.PASSED : ExitStatus.FAILED;
    } catch (DemoException e) {
      System.err.println("demo-irc: " + e.getMessage());
      return ExitStatus.NOT_RUN;
    }
  }

  private void checkOptions() {
    OptionCheck.require(spec, channels >= 1, "--channels must be at least 1");
    OptionCheck.require(
        spec, clients >= 2 * channels, "--clients must be at least twice the channels");
    OptionCheck.require(spec, clients <= 10_000, "--clients must be at most 10000");
    OptionCheck.require(
        spec, rate > 0 && rate <= 100_000, "--rate must be above 0, and at most 100000");
    OptionCheck.require(spec, kills >= 0, "--kills must not be negative");
    OptionCheck.require(spec, interval > 0, "--interval must be above 0");
    OptionCheck.require(spec, seconds == null || seconds > 0, "--seconds must be above 0");
  }

  private IrcVerdict runIn(Workspace workspace) throws DemoException, InterruptedException {
    InetSocketAddress address = RunOptions.freeLoopbackAddress();
    try (DemoServer server = run.startServer(NgircdConfig.write(workspace, address), workspace);
        IrcCrowd crowd = new IrcCrowd(clients, channels);
        Killer killer = new Killer(server, kills, Duration.ofNanos((long) (interval * 1e9)))) {
      print("Starting ngircd %s on %s ...", server.manner(), address);
      server.awaitReady();
      run.pinClients();
      gather(crowd, address, server);
      print(
          "%d clients in %d channels, %.0f messages/s, %d kills %.1f s apart",
          clients, channels, rate, kills, interval);
      long start = System.nanoTime();
      crowd.startTalking(rate);
      killer.start();
      watch(crowd, killer, start);
      crowd.stopTalking();
      double talked = (System.nanoTime() - start) / 1e9;
      IrcCrowd.Snapshot end = drain(crowd);
      long endNanos = System.nanoTime();
      DeliveryLog log = crowd.goHome();
      IrcVerdict verdict =
          judge(server.manner(), talked, killer.kills(), end, log, start, endNanos);
      if (!verdict.passed()) {
        server.lastWords().forEach(System.err::println);
      }
      return verdict;
    }
  }

  private void gather(IrcCrowd crowd, InetSocketAddress address, DemoServer server)
      throws DemoException, InterruptedException {
    try {
      crowd.gather(address, JOIN_LIMIT_SECONDS);
    } catch (DemoException e) {
      server.lastWords().forEach(System.err::println);
      throw e;
    }
  }

  /** Shows the progress until all kills are made and the time is over, or nobody is left. */
  private void watch(IrcCrowd crowd, Killer killer, long start)
      throws DemoException, InterruptedException {
    ProgressLine progress = ProgressLine.onStandardOutput(out);
    double atLeast = seconds != null ? seconds : interval * (kills + 1);
    long end = start + (long) (atLeast * 1e9);
    while (true) {
      IrcCrowd.Snapshot now = crowd.snapshot();
      progress.show(describe(now, killer, start));
      List<Kill> done = killer.kills();
      long quiet =
          done.isEmpty() ? end : done.get(done.size() - 1).atNanos() + (long) (interval * 1e9);
      long instant = System.nanoTime();
      boolean over = killer.hasEnded() && instant - end >= 0 && instant - quiet >= 0;
      boolean deserted = now.disconnects() == clients && !killer.awaitsTakeover();
      if (over || deserted) {
        break;
      }
      Thread.sleep(WATCH_MILLIS);
    }
    progress.end();
  }

  private String describe(IrcCrowd.Snapshot now, Killer killer, long start) {
    return String.format(
        Locale.ROOT,
        "%6.1f s  clients %d/%d  sent %d  delivered %d  under way %d  kills %d/%d",
        (System.nanoTime() - start) / 1e9,
        now.connected(),
        clients,
        now.tally().sent(),
        now.tally().delivered(),
        now.tally().lost(),
        killer.made(),
        kills);
  }

  /** Waits until everything sent is delivered, or cannot be any more. */
  private IrcCrowd.Snapshot drain(IrcCrowd crowd) throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + DRAIN_LIMIT.toNanos();
    IrcCrowd.Snapshot now = crowd.snapshot();
    while (now.tally().lost() > 0
        && now.disconnects() < clients
        && System.nanoTime() - deadline < 0) {
      Thread.sleep(WATCH_MILLIS);
      now = crowd.snapshot();
    }
    return now;
  }

  private IrcVerdict judge(
      String manner,
      double talked,
      List<Kill> done,
      IrcCrowd.Snapshot end,
      DeliveryLog log,
      long start,
      long endNanos) {
    List<KillEffect> effects = KillEffect.of(done, log.arrivals(), start, endNanos);
    List<Long> instants = done.stream().filter(Kill::made).map(Kill::atNanos).toList();
    long firstKill = instants.isEmpty() ? endNanos : instants.get(0);
    List<String> failures =
        IrcVerdict.failures(clients, kills, effects, end.disconnects(), end.tally());
    return new IrcVerdict(
        manner,
        clients,
        channels,
        rate,
        talked,
        kills,
        effects,
        end.disconnects(),
        end.firstDisconnect(),
        end.tally(),
        LatencyPhases.of(log, instants),
        log.arrivals().longestGapWithin(start, firstKill) / 1e6,
        failures.isEmpty(),
        failures);
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
