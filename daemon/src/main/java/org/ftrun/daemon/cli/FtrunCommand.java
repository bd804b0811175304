package org.ftrun.daemon.cli;

import static org.ftrun.daemon.cli.UserError.FTRUN_FAILED;
import static org.ftrun.daemon.cli.UserError.USAGE;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.ftrun.daemon.cli.LogOutput.LogLevel;
import org.ftrun.daemon.control.ControlException;
import org.ftrun.daemon.control.ControlServer;
import org.ftrun.daemon.control.RunDirectory;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ServiceLauncher;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceOptions.LaunchState;
import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;
import org.ftrun.daemon.service.ServiceOptions.Verification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of ftrun: checks everything that can be checked, then runs the service. */
@Command(
    name = "ftrun",
    customSynopsis = {
      "ftrun [OPTION...] [--] COMMAND [ARG...]",
      "       ftrun [OPTION...] --attach PID"
    },
    description = "Runs a server so that the death of its process is not noticed by its clients.",
    footer = {
      "",
      "Exit status: the service's own; 128+n if it died of signal n; 125 ftrun failed,",
      "126 COMMAND cannot be executed, 127 COMMAND not found, 2 wrong usage."
    },
    sortOptions = false,
    versionProvider = CommandLines.Version.class)
final class FtrunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(FtrunCommand.class);

  /** Time between the two samples of the cores' load. */
  private static final long LOAD_SAMPLE_MILLIS = 50;

  private final ServiceLauncher launcher;
  private final Kernel kernel;
  private final Host host;

  @Option(names = "--name", paramLabel = "NAME", description = "Service name (COMMAND's base name)")
  private String name;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Control sockets (/run/ftrun, or $XDG_RUNTIME_DIR/ftrun unless root)")
  private Path runDirectory;

  @Option(
      names = "--primary-cpu",
      paramLabel = "N",
      description = "Core of the primary (one of the two least busy)")
  private Integer primaryCpu;

  @Option(
      names = "--replica-cpu",
      paramLabel = "N",
      description = "Core of the replica (one of the two least busy)")
  private Integer replicaCpu;

  @Option(
      names = "--fast-path",
      paramLabel = "on|off",
      description = "Handle system calls inside the process (on)")
  private Switch fastPath = Switch.ON;

  @Option(
      names = "--log-size",
      paramLabel = "SIZE",
      converter = LogSize.class,
      description = "Payload ring, 1M to 4G, rounded up to a power of two (64M)")
  private long logSize = 64L << 20;

  @Option(
      names = "--wait",
      paramLabel = "spin|yield|sleep",
      description = "How the replica waits (sleep, after a short spin)")
  private ReplicaWait wait;

  @Option(
      names = "--verify",
      paramLabel = "arguments|full",
      description = "What of a call is compared; full: also the bytes written (arguments)")
  private Verification verification = Verification.ARGUMENTS;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "off, error, warn, info, debug or trace (info)")
  private LogLevel logLevel = LogLevel.INFO;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description = "Append ftrun's messages to FILE (stderr)")
  private Path logFile;

  @Option(
      names = "--attach",
      paramLabel = "PID",
      description = "Protect a running server: refused for now")
  private Integer attach;

  @Option(names = "--help", usageHelp = true, description = "Print this help")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version")
  private boolean version;

  private enum Switch {
    ON,
    OFF
  }

  @Parameters(paramLabel = "COMMAND", hidden = true, arity = "0..*")
  private List<String> command = List.of();

  private FtrunCommand(ServiceLauncher launcher, Kernel kernel, Host host) {
    this.launcher = launcher;
    this.kernel = kernel;
    this.host = host;
  }

  /** Runs ftrun and returns its exit status; the log goes to the process's stderr or a file. */
  static int run(
      PrintStream out,
      PrintStream error,
      ServiceLauncher launcher,
      Kernel kernel,
      Host host,
      String... arguments) {
    CommandLine line = new CommandLine(new FtrunCommand(launcher, kernel, host));
    line.setStopAtPositional(true); // what follows COMMAND is the service's
    return CommandLines.run(line, FTRUN_FAILED, out, error, arguments);
  }

  @Override
  public Integer call() throws UserError, InterruptedException {
    CoreTimes before = CoreTimes.sample();
    long sampled = System.nanoTime();
    checkUsage();
    SortedSet<Integer> cores = CoreTimes.allowed();
    CoreChoice.check("--primary-cpu", primaryCpu, cores);
    CoreChoice.check("--replica-cpu", replicaCpu, cores);
    LogOutput.direct(logLevel, logFile);
    CommandFile.check(command.get(0), host.environment());
    checkKernel();
    LaunchState launchState =
        host.launchState()
            .orElseThrow(() -> new UserError(FTRUN_FAILED, "start ftrun by its script ftrun"));
    try (ControlServer control = claimName()) {
      long left = LOAD_SAMPLE_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sampled);
      if (left > 0) {
        Thread.sleep(left);
      }
      CoreChoice choice =
          CoreChoice.of(primaryCpu, replicaCpu, CoreTimes.sample().leastBusySince(before, cores));
      choice.warning().ifPresent(LOG::warn);
      CoreModels.read().warning(choice).ifPresent(LOG::warn);
      return runService(options(choice, launchState), control);
    } catch (LaunchException e) {
      throw new UserError(e.exitStatus(), e.getMessage());
    }
  }

  private void checkUsage() throws UserError {
    if (attach != null) {
      throw command.isEmpty()
          ? new UserError(
              FTRUN_FAILED, "--attach cannot be done yet: start the server as ftrun COMMAND")
          : new UserError(USAGE, "--attach PID and COMMAND exclude each other");
    }
    if (command.isEmpty()) {
      throw new UserError(USAGE, "missing COMMAND (see ftrun --help)");
    }
    if (name == null) {
      name = nameOf(command.get(0));
    }
    if (!RunDirectory.isValidName(name)) {
      throw new UserError(
          USAGE, "--name: '" + name + "' is not 1 to 64 letters, digits or _ . + @ : -");
    }
  }

  /** The command's base name, what may not be in a service's name replaced. */
  private static String nameOf(String command) {
    String base = command.substring(command.lastIndexOf('/') + 1);
    String valid = base.replaceAll("[^A-Za-z0-9_.+@:-]", "_").replaceFirst("^[.+@:-]", "_");
    return valid.isEmpty() ? "_" : valid.substring(0, Math.min(64, valid.length()));
  }

  private void checkKernel() throws UserError {
    if (!kernel.hasSyscallUserDispatch()) {
      throw new UserError(
          FTRUN_FAILED, "this kernel has no Syscall User Dispatch: Linux 5.11 or later is needed");
    }
    if (!kernel.permitsTracing()) {
      throw new UserError(
          FTRUN_FAILED, "no permission to trace processes: run as root (kernel.yama.ptrace_scope)");
    }
  }

  private ControlServer claimName() throws UserError {
    try {
      RunDirectory directory = RunDirectory.choose(runDirectory, host.root(), host.environment());
      return ControlServer.claim(directory, name);
    } catch (ControlException e) {
      throw new UserError(FTRUN_FAILED, e.getMessage());
    }
  }

  private ServiceOptions options(CoreChoice choice, LaunchState launchState) {
    return new ServiceOptions(
        name,
        List.copyOf(command),
        choice.primary(),
        choice.replica(),
        fastPath == Switch.ON,
        logSize,
        wait != null ? wait : CoreChoice.defaultWait(),
        verification,
        launchState);
  }

  private int runService(ServiceOptions options, ControlServer control)
      throws LaunchException, InterruptedException {
    LOG.debug("{}", options);
    SignalThread signals = new SignalThread(SignalThread.blockedSignals());
    try (signals) {
      signals.start();
      ProtectedService service = launcher.launch(options);
      signals.passTo(service);
      releaseDescriptors(options.launchState());
      control.serve(service);
      return service.awaitExit();
    }
  }

  private static void releaseDescriptors(LaunchState state) {
    try {
      InheritedDescriptors.release(state);
    } catch (IOException e) {
      LOG.warn("ftrun keeps its copies of the service's descriptors: {}", e.getMessage());
    }
  }
}
