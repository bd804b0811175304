package org.ftrun.benchmarks.paired;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.ftrun.benchmarks.paired.RunningServer.Usage;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.OptionCheck;
import org.ftrun.demo.kit.RunOptions;
import org.ftrun.demo.kit.Workspace;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what protection costs, and how long a takeover takes. */
@Command(
    name = "bench",
    sortOptions = false,
    description = "Compares servers run natively, under ftrun and under strace, in alternation.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {
      "0:everything was measured, whether or not the bars are met",
      "1:something could not be measured",
      "2:wrong usage",
      "3:nothing could be measured"
    })
public final class Bench implements Callable<Integer> {
  private static final String CALLS = "calls";
  private static final String KILLS = "kills";
  private static final double WARM_UP_SECONDS = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description =
          "Only this benchmark; repeatable. calls, beanstalkd, nginx, lighttpd, redis-get, redis-set,"
              + " redis-get-16, icecast2, nginx-streaming, ngircd or kills.")
  private List<String> only;

  @Option(names = "--quick", description = "Two rounds of one second each, and five kills.")
  private boolean quick;

  @Option(
      names = "--seconds",
      defaultValue = "3",
      description = "How long each server is under load in a round. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(names = "--kills", defaultValue = "30", description = "Default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--client-cpu",
      paramLabel = "CPU",
      description = "The clients' core. Default: the replica's.")
  private Integer clientCpu;

  @Option(names = "--ftrun", paramLabel = "PATH", description = "The ftrun command.")
  private Path ftrun = Path.of("ftrun");

  @Option(names = "--ftctl", paramLabel = "PATH", hidden = true)
  private Path ftctl;

  @Option(names = "--work-dir", paramLabel = "DIR", description = "Existing scratch directory.")
  private Path workDirectory;

  @Option(
      names = "--output-dir",
      paramLabel = "DIR",
      description = "Where bench.json and the plots go; made if missing.")
  private Path outputDirectory = Path.of("bench");

  private final PrintStream out = System.out;
  private final Findings findings = new Findings();
  private Cores cores;
  private int running;

  private Bench() {}

  /** Runs the benchmarks. */
  public static void main(String[] arguments) {
    // The script gives defaults ahead of what the user gives.
    CommandLine command = new CommandLine(new Bench()).setOverwrittenOptionsAllowed(true);
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    if (quick) {
      rounds = 2;
      seconds = 1;
      kills = Math.min(kills, 5);
    }
    try (Workspace workspace = Workspace.open(workDirectory)) {
      cores = Cores.choose(clientCpu);
      findings.conditions(cores, rounds, seconds);
      cores.pinClients();
      calls(workspace);
      for (Workload workload : Workload.values()) {
        if (wanted(workload.label())) {
          servers(workspace, workload);
        }
      }
      kills(workspace);
      new Report(findings).write(out, outputDirectory);
      return findings.failures().isEmpty() ? 0 : 1;
    } catch (DemoException e) {
      System.err.println("bench: " + e.getMessage());
      return 3;
    }
  }

  private void checkOptions() {
    OptionCheck.require(spec, rounds >= 1 && rounds <= 1000, "--rounds must be 1 to 1000");
    OptionCheck.require(spec, seconds >= 1 && seconds <= 600, "--seconds must be 1 to 600");
    OptionCheck.require(spec, kills >= 1 && kills <= 900, "--kills must be 1 to 900");
    if (only != null) {
      for (String name : only) {
        boolean known =
            name.equals(CALLS)
                || name.equals(KILLS)
                || List.of(Workload.values()).stream().anyMatch(w -> w.label().equals(name));
        OptionCheck.require(spec, known, "--only: there is no benchmark " + name);
      }
    }
  }

  private boolean wanted(String name) {
    return only == null || only.contains(name);
  }

  private void progress(String what, Object detail) {
    System.err.println("bench: " + what + ", " + detail);
  }

  private void calls(Workspace workspace) throws InterruptedException {
    if (!wanted(CALLS)) {
      return;
    }
    CallCosts costs;
    try {
      costs = new CallCosts(workspace, ftrun, cores);
    } catch (DemoException e) {
      findings.failed(CALLS, null, e.getMessage());
      return;
    }
    for (int round = 1; round <= rounds; round++) {
      progress(CALLS, "round " + round);
      for (Manner manner : Manner.values()) {
        try {
          findings.calls(manner, costs.measure(manner));
        } catch (DemoException e) {
          findings.failed(CALLS, manner, e.getMessage());
        }
      }
    }
  }

  private void servers(Workspace workspace, Workload workload) throws InterruptedException {
    for (int round = 1; round <= rounds; round++) {
      progress(workload.label(), "round " + round);
      for (Manner manner : Manner.values()) {
        try {
          findings.sample(workload, manner, sample(workspace, workload, manner));
        } catch (DemoException e) {
          findings.failed(workload.label(), manner, e.getMessage());
        }
      }
    }
  }

  private Sample sample(Workspace workspace, Workload workload, Manner manner)
      throws DemoException, InterruptedException {
    InetSocketAddress address = RunOptions.freeLoopbackAddress();
    // A name of its own for each run: the one before may still be ending.
    String name = workload.label() + "-" + ++running;
    try (RunningServer server =
        RunningServer.start(
            manner,
            workspace,
            ftrun,
            cores,
            name,
            workload.program(workspace, address),
            ProcessBuilder.Redirect.DISCARD)) {
      server.awaitListening(address);
      try (Load load = workload.connect(address)) {
        load.run(WARM_UP_SECONDS);
        Usage before = server.usage();
        Load.Result result = load.run(seconds);
        Usage after = server.usage();
        if (after.state() != null && after.state().epoch() != before.state().epoch()) {
          throw new DemoException("there was a takeover");
        }
        return Sample.of(result, before, after);
      }
    }
  }

  private void kills(Workspace workspace) throws InterruptedException {
    if (!wanted(KILLS)) {
      return;
    }
    progress(KILLS, kills + " of beanstalkd");
    try {
      findings.kills(Kills.measure(workspace, ftrun, cores, kills));
    } catch (DemoException e) {
      findings.failed(KILLS, null, e.getMessage());
    }
  }
}
