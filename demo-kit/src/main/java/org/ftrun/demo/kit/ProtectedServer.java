package org.ftrun.demo.kit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The server under ftrun, watched and killed as any user could: by ftctl and by kill -9. */
public final class ProtectedServer implements DemoServer {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 150;

  private final ServerCommand server;
  private final Workspace workspace;
  private final ServerProcess ftrun;
  private final ServiceControl control;
  private final Duration protectLimit;
  private ServiceStatus latest;

  private ProtectedServer(
      ServerCommand server,
      Workspace workspace,
      ServerProcess ftrun,
      ServiceControl control,
      Duration protectLimit) {
    this.server = server;
    this.workspace = workspace;
    this.ftrun = ftrun;
    this.control = control;
    this.protectLimit = protectLimit;
  }

  /**
   * Starts the server under ftrun.
   *
   * @param ftrun the ftrun command
   * @param ftctl the ftctl command
   * @param ftrunOptions further options for ftrun
   * @param protectLimit how long it may take until the service is protected, at first and after
   *     each kill
   */
  public static ProtectedServer start(
      ServerCommand server,
      Workspace workspace,
      Path ftrun,
      Path ftctl,
      List<String> ftrunOptions,
      Duration protectLimit)
      throws DemoException {
    Path runDirectory = workspace.makeDirectory("run");
    List<String> command = new ArrayList<>();
    command.add(ftrun.toString());
    command.addAll(List.of("--name", server.name(), "--run-dir", runDirectory.toString()));
    command.addAll(ftrunOptions);
    command.add("--");
    command.addAll(server.command());
    return new ProtectedServer(
        server,
        workspace,
        ServerProcess.start(workspace, "server.log", command),
        new ServiceControl(workspace, ftctl, runDirectory, server.name()),
        protectLimit);
  }

  @Override
  public String manner() {
    return "under ftrun";
  }

  @Override
  public void awaitReady() throws DemoException, InterruptedException {
    ftrun.awaitListening(server.address(), START_LIMIT);
    awaitProtected(0);
  }

  @Override
  public Victim kill() throws DemoException, InterruptedException {
    // The primary may have changed since the last look, by a takeover that nobody here asked for.
    if (!ProcessHandle.of(latest.primary().pid()).map(ProcessHandle::isAlive).orElse(false)) {
      awaitProtected(latest.epoch() + 1);
    }
    long pid = latest.primary().pid();
    ProcessHandle handle =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new DemoException("the primary, process " + pid + ", is gone"));
    long atNanos = System.nanoTime();
    handle.destroyForcibly();
    return new Victim(pid, atNanos);
  }

  @Override
  public long awaitTakeover(Duration patience) throws DemoException, InterruptedException {
    long epoch = latest.epoch() + 1;
    Thread.sleep(patience.toMillis());
    awaitProtected(epoch);
    return latest.takeovers().stream()
        .filter(takeover -> takeover.epoch() == epoch)
        .findFirst()
        .orElseThrow(() -> new DemoException("the status shows no takeover to epoch " + epoch))
        .micros();
  }

  /** Waits for the state PROTECTED in the given epoch or a later one; updates the latest status. */
  private void awaitProtected(long epoch) throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + protectLimit.toNanos();
    while (true) {
      ftrun.requireAlive();
      String seen;
      try {
        ServiceStatus status = control.status();
        noteMembers(status);
        if (status.isProtected() && status.primary() != null && status.epoch() >= epoch) {
          latest = status;
          return;
        }
        seen = describe(status);
      } catch (DemoException e) {
        // While ftrun starts there is nobody to answer; the limit below bounds it.
        seen = e.getMessage();
      }
      if (System.nanoTime() - deadline > 0) {
        String wanted = epoch > 0 ? "protected in epoch " + epoch : "protected";
        throw new DemoException(
            "not " + wanted + " after " + protectLimit.toMillis() / 1e3 + " s: " + seen);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static String describe(ServiceStatus status) {
    String reason = status.unprotectedReason() == null ? "" : ": " + status.unprotectedReason();
    return "state " + status.state() + " in epoch " + status.epoch() + reason;
  }

  private void noteMembers(ServiceStatus status) {
    if (status.primary() != null) {
      workspace.noteProcess(status.primary().pid());
    }
    status.replicas().forEach(member -> workspace.noteProcess(member.pid()));
  }

  @Override
  public List<String> lastWords() {
    return ftrun.lastWords();
  }

  @Override
  public void close() {
    ftrun.stop();
    workspace.killProcesses();
  }
}
