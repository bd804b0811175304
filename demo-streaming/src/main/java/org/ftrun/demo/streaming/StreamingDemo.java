package org.ftrun.demo.streaming;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.ftrun.demo.kit.Arrivals;
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

/** Runs nginx, lets clients receive a stream while it is killed, and says what they noticed. */
@Command(
    name = "demo-streaming",
    sortOptions = false,
    description = "Kills a running streaming server under its clients, shows what they notice.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:every client received the original, every kill was survived",
      "1:not so",
      "2:wrong usage",
      "3:the demo could not be run"
    })
public final class StreamingDemo implements Callable<Integer> {
  private static final long STALL_NANOS = 200_000_000L;
  private static final long WATCH_MILLIS = 100;
  private static final int BUCKETS_BEFORE_KILL = 5;
  private static final int BUCKETS_AFTER_KILL = 12;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions run = new RunOptions();

  /** What serves the stream. */
  enum Server {
    NGINX,
    ICECAST2;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--server",
      paramLabel = "nginx|icecast2",
      defaultValue = "nginx",
      description =
          "nginx sends a file, icecast2 what a live source sends to it. Default: ${DEFAULT-VALUE}.")
  private Server kind;

  @Option(
      names = "--clients",
      defaultValue = "10",
      description = "Netty clients, besides curl. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--kilobits",
      defaultValue = "2000",
      description = "Bit rate of each client's stream, kbit/s. Default: ${DEFAULT-VALUE}.")
  private int kilobits;

  @Option(
      names = "--seconds",
      defaultValue = "25",
      description = "Length of the stream at that rate. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--kills",
      defaultValue = "1",
      description = "How often to kill the server, evenly spread. Default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--sendfile",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Let nginx use sendfile(2), as Debian's configuration does, or not.")
  private boolean sendfile;

  @Option(
      names = "--max-stalls",
      paramLabel = "N",
      description = "Fail on more than N stalls in total. Default: they are only counted.")
  private Integer maxStalls;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "What the bytes of the stream follow from. Default: ${DEFAULT-VALUE}.")
  private long seed;

  private final PrintStream out = System.out;

  private StreamingDemo() {}

  /** Runs the demo. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new StreamingDemo())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    try (Workspace workspace = run.openWorkspace()) {
      StreamingVerdict verdict = runIn(workspace);
      StreamingReport.print(verdict, out);
      run.writeJson(verdict);
      return verdict.passed() ? ExitStatus.PASSED : ExitStatus.FAILED;
    } catch (DemoException e) {
      System.err.println("demo-streaming: " + e.getMessage());
      return ExitStatus.NOT_RUN;
    }
  }

  private void checkOptions() {
    OptionCheck.require(spec, clients >= 1 && clients <= 400, "--clients must be 1 to 400");
    OptionCheck.require(
        spec, kilobits >= 1 && kilobits <= 1_000_000, "--kilobits must be 1 to 1000000");
    OptionCheck.require(
        spec, seconds > 0 && seconds <= 3600, "--seconds must be above 0, and at most 3600");
    OptionCheck.require(spec, kills >= 0, "--kills must not be negative");
    OptionCheck.require(
        spec, maxStalls == null || maxStalls >= 0, "--max-stalls must not be negative");
  }

  private StreamingVerdict runIn(Workspace workspace) throws DemoException, InterruptedException {
    InetSocketAddress address = RunOptions.freeLoopbackAddress();
    long bytesPerSecond = kilobits * 1000L / 8;
    Path root = workspace.makeDirectory("media");
    Media media =
        Media.generate(root.resolve("stream.bin"), (long) (bytesPerSecond * seconds), seed);
    Duration interval = Duration.ofNanos((long) (seconds / (kills + 1) * 1e9));
    try (StreamingServer streaming = streaming(workspace, address, media, bytesPerSecond);
        DemoServer server = run.startServer(streaming.command(), workspace);
        Audience audience = new Audience(streaming.end());
        Killer killer = new Killer(server, kills, interval)) {
      print("Starting %s %s on %s ...", kind, server.manner(), address);
      server.awaitReady();
      run.pinClients();
      streaming.prepare();
      print("%d clients and curl, %d kbit/s each, %d kills", clients, kilobits, kills);
      long start = System.nanoTime();
      audience.start(clients, address, streaming.path());
      audience.startCurl(
          workspace,
          "http://"
              + address.getAddress().getHostAddress()
              + ":"
              + address.getPort()
              + streaming.path());
      streaming.begin(clients + 1);
      killer.start();
      watch(audience, killer, start);
      long end = System.nanoTime();
      audience.end();
      StreamingVerdict verdict =
          judge(server.manner(), media, audience.receptions(), killer.kills(), start, end)
              .with(streaming.failure());
      if (!verdict.passed()) {
        server.lastWords().forEach(System.err::println);
      }
      return verdict;
    }
  }

  private StreamingServer streaming(
      Workspace workspace, InetSocketAddress address, Media media, long bytesPerSecond)
      throws DemoException {
    return switch (kind) {
      case NGINX ->
          new FileServer(
              NginxConfig.write(
                  workspace, address, media.file().getParent(), bytesPerSecond, sendfile),
              "/" + media.file().getFileName());
      case ICECAST2 -> new LiveServer(workspace, address, media, bytesPerSecond);
    };
  }

  /** Shows the progress until every reception has ended, or takes twice as long as it should. */
  private void watch(Audience audience, Killer killer, long start) throws InterruptedException {
    ProgressLine progress = ProgressLine.onStandardOutput(out);
    long deadline = start + (long) ((seconds * 2 + 30) * 1e9);
    while ((!audience.allEnded() || killer.awaitsTakeover()) && System.nanoTime() - deadline < 0) {
      long total = audience.receptions().stream().mapToLong(Reception::total).sum();
      long streaming = audience.receptions().stream().filter(r -> !r.hasEnded()).count();
      double elapsed = (System.nanoTime() - start) / 1e9;
      progress.show(
          String.format(
              Locale.ROOT,
              "%6.1f s  streaming %d/%d  received %.1f MB  %.1f Mbit/s  kills %d/%d",
              elapsed,
              streaming,
              audience.receptions().size(),
              total / 1e6,
              total * 8 / 1e6 / elapsed,
              killer.made(),
              kills));
      Thread.sleep(WATCH_MILLIS);
    }
    progress.end();
  }

  private StreamingVerdict judge(
      String manner,
      Media media,
      List<Reception> receptions,
      List<Kill> done,
      long start,
      long end) {
    List<Reception.Result> results =
        receptions.stream().map(reception -> reception.result(media, STALL_NANOS)).toList();
    List<KillEffect> effects = KillEffect.of(done, arrivals(receptions), start, end);
    List<BitRateTimeline> timelines =
        done.stream()
            .map(
                kill ->
                    BitRateTimeline.around(
                        receptions, kill.atNanos(), BUCKETS_BEFORE_KILL, BUCKETS_AFTER_KILL))
            .toList();
    List<String> failures =
        StreamingVerdict.failures(
            results, effects, kills, maxStalls == null ? Integer.MAX_VALUE : maxStalls);
    return new StreamingVerdict(
        manner,
        kilobits,
        media.size(),
        media.sha256(),
        (end - start) / 1e9,
        kills,
        effects,
        results,
        StreamingVerdict.stalls(results),
        timelines,
        failures.isEmpty(),
        failures);
  }

  /** The arrivals at all clients, in the order of time. */
  private static Arrivals arrivals(List<Reception> receptions) {
    LongStream instants =
        receptions.stream()
            .flatMapToLong(
                reception -> IntStream.range(0, reception.size()).mapToLong(reception::nanosAt));
    Arrivals arrivals = new Arrivals();
    // nanoTime may be negative but does not wrap around within a run.
    instants.sorted().forEach(arrivals::add);
    return arrivals;
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
