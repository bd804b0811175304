package org.ftrun.demo.kit;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The options that all demos have, and what follows directly from them. */
public final class RunOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Option(
      names = "--without-ftrun",
      description = "Run the server natively, to see what a kill does to its clients then.")
  boolean withoutFtrun;

  @Option(names = "--ftrun", paramLabel = "PATH", description = "The ftrun command.")
  Path ftrun = Path.of("ftrun");

  @Option(names = "--ftctl", paramLabel = "PATH", description = "The ftctl command.")
  Path ftctl = Path.of("ftctl");

  @Option(
      names = "--ftrun-option",
      paramLabel = "OPTION",
      description = "Pass an option on to ftrun, as in --ftrun-option=--primary-cpu=0; repeatable.")
  List<String> ftrunOptions = new ArrayList<>();

  @Option(
      names = "--protect-limit",
      paramLabel = "SECONDS",
      description =
          "How long it may take until the service is protected, at first and after each kill."
              + " Default: ${DEFAULT-VALUE}.")
  double protectLimit = 30;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description = "Existing directory for all files of the run; default: a temporary one.")
  Path workDirectory;

  @Option(
      names = "--pin-clients",
      paramLabel = "CPU",
      description = "Let the clients run on this core only.")
  Integer clientCpu;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the verdict to FILE as one JSON object.")
  Path json;

  /** Opens the workspace of the run. */
  public Workspace openWorkspace() throws DemoException {
    return Workspace.open(workDirectory);
  }

  /** Starts the server as the options say; it ends with this process at the latest. */
  public DemoServer startServer(ServerCommand server, Workspace workspace) throws DemoException {
    DemoServer started =
        withoutFtrun
            ? NativeServer.start(server, workspace)
            : ProtectedServer.start(
                server,
                workspace,
                ftrun,
                ftctl,
                ftrunOptions,
                Duration.ofMillis((long) (protectLimit * 1e3)));
    // Ctrl-C ends this process without unwinding; closing twice does no harm.
    Runtime.getRuntime().addShutdownHook(new Thread(started::close, "server-end"));
    return started;
  }

  /** An address on the loopback interface at which nothing listens now. */
  public static InetSocketAddress freeLoopbackAddress() throws DemoException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
      return new InetSocketAddress(loopback, socket.getLocalPort());
    } catch (IOException e) {
      throw new DemoException("no free port on " + loopback + ": " + e.getMessage(), e);
    }
  }

  /**
   * Pins the threads of this process, if that was asked for. Those that start later, and child
   * processes, inherit it: so call it after the server was started.
   */
  public void pinClients() throws DemoException, InterruptedException {
    if (clientCpu == null) {
      return;
    }
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-a", "-c", "-p", clientCpu.toString(), pid)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!taskset.waitFor(10, TimeUnit.SECONDS) || taskset.exitValue() != 0) {
        taskset.destroyForcibly();
        throw new DemoException("--pin-clients: cannot run on core " + clientCpu);
      }
    } catch (IOException e) {
      throw new DemoException("--pin-clients needs taskset: " + e.getMessage(), e);
    }
  }

  /** Writes the verdict to the file that was asked for, if any. */
  public void writeJson(Object verdict) throws DemoException {
    if (json == null) {
      return;
    }
    String text = new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(verdict);
    try {
      Files.writeString(json, text + "\n");
    } catch (IOException e) {
      throw new DemoException("cannot write " + json + ": " + e.getMessage(), e);
    }
  }
}
