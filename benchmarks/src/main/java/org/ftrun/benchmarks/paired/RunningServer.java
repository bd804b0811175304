package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.Workspace;

/** A program that runs in one manner, and the CPU time of its processes. Not thread-safe. */
final class RunningServer implements AutoCloseable {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MILLIS = 20;
  private static final int GRACE_SECONDS = 5;

  private final Manner manner;
  private final Workspace workspace;
  private final Process process;
  private final String log;
  private final Path socket;

  private RunningServer(
      Manner manner, Workspace workspace, Process process, String log, Path socket) {
    this.manner = manner;
    this.workspace = workspace;
    this.process = process;
    this.log = log;
    this.socket = socket;
  }

  /**
   * Starts a program.
   *
   * @param name the name of the service
   * @param output where its standard output goes, stderr goes to a file of the workspace
   */
  static RunningServer start(
      Manner manner,
      Workspace workspace,
      Path ftrun,
      Cores cores,
      String name,
      List<String> program,
      ProcessBuilder.Redirect output)
      throws DemoException {
    Path runDirectory = workspace.makeDirectory("run");
    String log = name + ".log";
    try {
      Process process =
          new ProcessBuilder(manner.command(ftrun, runDirectory, name, cores, program))
              .redirectOutput(output)
              .redirectError(workspace.path(log).toFile())
              .start();
      workspace.noteProcess(process.pid());
      return new RunningServer(
          manner, workspace, process, log, runDirectory.resolve(name + ".sock"));
    } catch (IOException e) {
      throw new DemoException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  Process process() {
    return process;
  }

  /** Waits until somebody accepts connections. */
  void awaitListening(InetSocketAddress address) throws DemoException, InterruptedException {
    long begin = System.nanoTime();
    while (!accepts(address)) {
      pause(begin, "does not listen on " + address);
    }
  }

  private static boolean accepts(InetSocketAddress address) {
    try (Socket probe = new Socket()) {
      probe.connect(address, 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits until the service is protected in at least that epoch. */
  ServiceState awaitProtected(long epoch) throws DemoException, InterruptedException {
    long begin = System.nanoTime();
    while (true) {
      Optional<ServiceState> state = ServiceState.ask(socket);
      if (state.isPresent() && state.get().isProtected() && state.get().epoch() >= epoch) {
        workspace.noteProcess(state.get().primary().pid());
        state.get().replicas().forEach(replica -> workspace.noteProcess(replica.pid()));
        return state.get();
      }
      pause(
          begin,
          "is not protected in epoch "
              + epoch
              + state.map(s -> ", but " + s.state() + " " + s.unprotectedReason()).orElse(""));
    }
  }

  /**
   * What the processes have used so far. Under ftrun it waits until the replica has followed.
   *
   * @throws DemoException if the service is not protected any more
   */
  Usage usage() throws DemoException, InterruptedException {
    if (!manner.isProtected()) {
      return new Usage(cpuNanos(servingPid()), 0, null);
    }
    long begin = System.nanoTime();
    ServiceState state = awaitProtected(0);
    while (state.replicas().get(0).lagEvents() > 0) {
      pause(begin, "has a replica that does not catch up");
      state = awaitProtected(0);
    }
    return new Usage(
        cpuNanos(state.primary().pid()), cpuNanos(state.replicas().get(0).pid()), state);
  }

  private long servingPid() throws DemoException, InterruptedException {
    if (manner == Manner.NATIVE) {
      return process.pid();
    }
    long begin = System.nanoTime();
    while (true) {
      Optional<ProcessHandle> child = process.children().findFirst();
      if (child.isPresent()) {
        workspace.noteProcess(child.get().pid());
        return child.get().pid();
      }
      pause(begin, "is not run by strace");
    }
  }

  /** CPU time of a process's threads: the first number of each /proc/PID/task/TID/schedstat. */
  private static long cpuNanos(long pid) throws DemoException {
    long nanos = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
      }
    } catch (IOException e) {
      throw new DemoException("cannot read the CPU time of process " + pid, e);
    }
    return nanos;
  }

  private void pause(long begin, String complaint) throws DemoException, InterruptedException {
    if (!process.isAlive()) {
      throw new DemoException("ended with status " + process.exitValue() + lastWords());
    }
    if (System.nanoTime() - begin > LIMIT_NANOS) {
      throw new DemoException(complaint + lastWords());
    }
    Thread.sleep(POLL_MILLIS);
  }

  private String lastWords() {
    return workspace.lastLine(log).map(line -> "; it said: " + line).orElse("");
  }

  /** Ends the program. */
  @Override
  public void close() {
    // strace passes no signal on: its child is asked.
    if (manner == Manner.STRACE) {
      process.children().forEach(ProcessHandle::destroy);
    } else {
      process.destroy();
    }
    try {
      if (process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    workspace.killProcesses();
  }

  /**
   * What was used since the start.
   *
   * @param server CPU time of the process that serves, nanoseconds
   * @param replica CPU time of its replica, nanoseconds
   * @param state the service's status, null without ftrun
   */
  record Usage(long server, long replica, ServiceState state) {}
}
