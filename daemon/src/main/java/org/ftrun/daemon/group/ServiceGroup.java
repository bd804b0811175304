package org.ftrun.daemon.group;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceState;
import org.ftrun.daemon.service.ServiceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service from its launch to its end, and what people ask of it. */
public final class ServiceGroup implements ProtectedService {
  private static final int SIGTERM = 15;
  private static final int SIGINFO_BYTES = 128;

  /** How often connections that are not yet known may make the service stand still. */
  private static final long ROUND_MILLIS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(ServiceGroup.class);

  private final ServiceOptions options;
  private final SharedLog shared;
  private final GroupState state = new GroupState();
  private final SignalRelay relay = new SignalRelay();
  private final GroupMembers members;

  private ServiceGroup(ServiceOptions options, SharedLog shared, boolean rehearsal) {
    this.options = options;
    this.shared = shared;
    this.members = new GroupMembers(options, shared, rehearsal, state, relay);
  }

  /**
   * Starts a service; returns when its program runs.
   *
   * @throws LaunchException if it could not be started; nothing is left then
   */
  public static ServiceGroup launch(ServiceOptions options) throws LaunchException {
    Rehearsal.run(options);
    SharedLog shared;
    try {
      shared = SharedLog.create(options.logBytes());
    } catch (IOException e) {
      throw new LaunchException(
          LaunchException.FTRUN_FAILED,
          "there is no memory for an event log of this size: "
              + e.getMessage()
              + " (try a smaller --log-size)");
    }
    ServiceGroup group = new ServiceGroup(options, shared, false);
    try {
      group.start(LauncherProcess.start(options));
      group.keepHouse();
    } catch (LaunchException e) {
      shared.close();
      throw e;
    }
    return group;
  }

  /** As {@link #launch}, with a command of our own. */
  static ServiceGroup launchOwn(ServiceOptions options) throws LaunchException, IOException {
    SharedLog shared = SharedLog.create(options.logBytes());
    ServiceGroup group = new ServiceGroup(options, shared, true);
    try {
      group.start(LauncherProcess.startOwn(options));
    } catch (LaunchException e) {
      shared.close();
      throw e;
    }
    return group;
  }

  private void start(LauncherProcess launcher) throws LaunchException {
    boolean seized = members.launch(launcher.pid());
    launcher.go();
    int errno = launcher.execErrno();
    if (!seized || errno != 0) {
      throw LaunchException.ofExec(options.command().get(0), errno);
    }
    try {
      CompletableFuture.anyOf(members.started, members.exit).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException(LaunchException.FTRUN_FAILED, "interrupted");
    } catch (ExecutionException e) {
      throw new LaunchException(LaunchException.FTRUN_FAILED, e.getCause().getMessage());
    }
  }

  /** Lets what is to be done from time to time be done until the service has ended. */
  private void keepHouse() {
    ScheduledExecutorService housekeeping =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "housekeeping");
              thread.setDaemon(true);
              return thread;
            });
    housekeeping.scheduleWithFixedDelay(
        this::passRound, ROUND_MILLIS, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    members.exit.whenComplete((status, error) -> housekeeping.shutdownNow());
  }

  private void passRound() {
    try {
      members.passRound();
    } catch (RuntimeException e) {
      LOG.error("connections are not read in this round", e); // the executor would end without word
    }
  }

  /** Ends the service at once: kills both members, waits until they are gone. */
  void destroy() throws InterruptedException {
    members.kill(state.end());
    awaitExit();
    members.end();
    shared.close();
  }

  @Override
  public ServiceStatus status() {
    return state.status(
        options.name(),
        members.connections().count(),
        shared.log().cursor().get() + 1,
        members.slowEvents(),
        members.settlements(),
        shared.log().writtenBytes());
  }

  @Override
  public List<ConnectionStatus> connections() throws RefusedException {
    return members.connections().connections().orElseThrow(this::connectionsUnknown);
  }

  private RefusedException connectionsUnknown() {
    ServiceState now = state.state();
    String how = now == ServiceState.UNPROTECTED ? "not protected" : now.name();
    return new RefusedException(options.name() + " is " + how + ": its connections are not known");
  }

  @Override
  public void takeover() throws RefusedException {
    state.awaitEpochAfter(state.requestTakeover(relay::kill));
  }

  @Override
  public void unprotect() throws RefusedException {
    GroupState.Serving primary = state.protectedPrimary();
    primary.tracer().post(() -> primary.role().requestUnprotected("on request"));
    state.awaitUnprotected();
  }

  @Override
  public void stop() {
    signal(SIGTERM, new byte[SIGINFO_BYTES]);
  }

  @Override
  public void signal(int signal, byte[] siginfo) {
    relay.send(signal, siginfo);
  }

  @Override
  public int awaitExit() throws InterruptedException {
    try {
      return members.exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
