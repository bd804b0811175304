package org.ftrun.daemon.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceState;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventLog;
import org.ftrun.tracer.member.ArgumentHistory;
import org.ftrun.tracer.member.FastPathOptions;
import org.ftrun.tracer.member.GroupLink;
import org.ftrun.tracer.member.Legacy;
import org.ftrun.tracer.member.MemberTracer;
import org.ftrun.tracer.member.Newborn;
import org.ftrun.tracer.member.PrimaryRole;
import org.ftrun.tracer.member.ReplicaRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service: its primary, its replica, the event log between them, and what becomes of them. */
public final class ServiceGroup implements ProtectedService, GroupLink {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceGroup.class);
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int HISTORY = 1 << 16;
  private static final long REQUEST_LIMIT_NANOS = 30_000_000_000L;
  private static final long RENDEZVOUS_LIMIT_NANOS = 10_000_000_000L;

  private final ServiceOptions options;
  private final SharedLog shared;
  private final boolean rehearsal;
  private final ArgumentHistory history = new ArgumentHistory(HISTORY);
  private final AtomicInteger tracers = new AtomicInteger();
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private final SignalRelay relay = new SignalRelay();
  private final ConnectionFollower connections;
  private final LossPolicy losses = new LossPolicy();
  private final TakeoverRecord takeovers = new TakeoverRecord();

  private ServiceState state = ServiceState.STARTING;
  private MemberTracer primaryTracer;
  private PrimaryRole primary;
  private int primaryPid;
  private Follower replica;
  private String unprotectedReason;
  private long divergences;
  private boolean ending;

  /** Whether the log has everything since the last replica ceased to follow: it was promoted. */
  private boolean recordedSinceLastReplica;

  /** The replica, while one follows. */
  private record Follower(MemberTracer tracer, ReplicaRole role, int pid) {}

  private ServiceGroup(ServiceOptions options, SharedLog shared, boolean rehearsal) {
    this.options = options;
    this.rehearsal = rehearsal;
    this.shared = shared;
    this.connections = new ConnectionFollower(shared.log());
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
    } catch (LaunchException e) {
      shared.close();
      throw e;
    }
    return group;
  }

  /** As {@link #launch}, with a command of our own. */
  static ServiceGroup launchOwn(ServiceOptions options) throws LaunchException, IOException {
    ServiceGroup group = new ServiceGroup(options, SharedLog.create(options.logBytes()), true);
    group.start(LauncherProcess.startOwn(options));
    return group;
  }

  private void start(LauncherProcess launcher) throws LaunchException {
    synchronized (this) {
      primaryPid = launcher.pid();
      relay.primaryIs(primaryPid);
      primaryTracer = newTracer(options.primaryCpu());
    }
    boolean seized = primaryTracer.launch(launcher.pid(), this);
    launcher.go();
    int errno = launcher.execErrno();
    if (!seized || errno != 0) {
      throw LaunchException.ofExec(options.command().get(0), errno);
    }
    try {
      CompletableFuture.anyOf(started, exit).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException(LaunchException.FTRUN_FAILED, "interrupted");
    } catch (ExecutionException e) {
      throw new LaunchException(LaunchException.FTRUN_FAILED, e.getCause().getMessage());
    }
  }

  private MemberTracer newTracer(int cpu) {
    return new MemberTracer("tracer-" + tracers.incrementAndGet(), cpu).start();
  }

  /** Ends the service at once: kills both members, waits until they are gone. */
  void destroy() throws InterruptedException {
    int pid;
    Follower follower;
    synchronized (this) {
      ending = true;
      pid = primaryPid;
      follower = replica;
      replica = null;
    }
    if (follower != null) {
      follower.tracer().destroyReplica();
    }
    SignalRelay.kill(pid);
    awaitExit();
    connections.end();
    shared.close();
  }

  /** Tells what goes as it should; a rehearsal does so at debug level. */
  private void report(String text, Object... values) {
    if (rehearsal) {
      LOG.debug(text, values);
    } else {
      LOG.info(text, values);
    }
  }

  // What the members tell.

  @Override
  public EventLog log() {
    return shared.log();
  }

  @Override
  public String logPath() {
    return shared.path();
  }

  @Override
  public ArgumentHistory history() {
    return history;
  }

  @Override
  public synchronized int primaryCpu() {
    return primaryTracer.cpu();
  }

  @Override
  public void later(long millis, Runnable action) {
    MemberTracer tracer;
    synchronized (this) {
      tracer = primaryTracer;
    }
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)
        .execute(() -> tracer.post(action));
  }

  @Override
  public String adopt(Newborn newborn) {
    if (isEnding()) {
      SignalRelay.kill(newborn.pid());
      return "the service ends";
    }
    MemberTracer tracer = newTracer(otherCpu(primaryCpu()));
    String refusal = tracer.adopt(newborn);
    if (refusal != null) {
      return refusal;
    }
    if (!recordedSinceLastReplica) {
      connections.begin(primaryPid);
    }
    log().activate(Consumer.REPLICA);
    ReplicaRole role = tracer.follow(this, waiting());
    synchronized (this) {
      recordedSinceLastReplica = false;
      replica = new Follower(tracer, role, newborn.pid());
      state = ServiceState.PROTECTED;
      unprotectedReason = null;
      notifyAll();
    }
    report("replica {} follows", newborn.pid());
    return null;
  }

  private synchronized boolean isEnding() {
    return ending;
  }

  private ReplicaRole.Waiting waiting() {
    return ReplicaRole.Waiting.valueOf(options.replicaWait().name());
  }

  private int otherCpu(int cpu) {
    return cpu == options.primaryCpu() ? options.replicaCpu() : options.primaryCpu();
  }

  @Override
  public void serving(PrimaryRole role) {
    synchronized (this) {
      primary = role;
    }
    started.complete(null);
  }

  @Override
  public void dropReplica(String reason) {
    Follower dropped;
    synchronized (this) {
      dropped = replica;
      replica = null;
      if (dropped != null && state == ServiceState.PROTECTED) {
        state = ServiceState.STARTING;
      }
    }
    if (dropped != null) {
      dropped.tracer().destroyReplica();
      log().deactivate(Consumer.REPLICA);
      if (reason != null) {
        report("replica {} dropped: {}", dropped.pid(), reason);
      }
    }
  }

  @Override
  public synchronized void unprotected(String reason) {
    connections.end();
    LOG.warn("not protected: {}", reason);
    primary = null;
    unprotectedReason = reason;
    if (state != ServiceState.STOPPED) {
      state = ServiceState.UNPROTECTED;
    }
    notifyAll();
  }

  @Override
  public boolean primaryLost(String cause, Legacy legacy) {
    Follower successor;
    synchronized (this) {
      if (ending) {
        return false;
      }
      if (replica == null) {
        LOG.error("the primary ended of {} and there is no replica", cause);
        return false;
      }
      successor = replica;
      state = ServiceState.TAKING_OVER;
      takeovers.begin(cause, successor.role().lag());
    }
    successor.role().seal(legacy);
    successor.tracer().post(() -> {});
    return true;
  }

  @Override
  public void promoted(PrimaryRole role) {
    ServiceStatus.Takeover done;
    synchronized (this) {
      done = takeovers.end();
      primaryTracer = replica.tracer();
      primaryPid = replica.pid();
      primary = role;
      replica = null;
      recordedSinceLastReplica = true;
      notifyAll();
    }
    log().deactivate(Consumer.REPLICA);
    relay.primaryIs(role.pid());
    role.requestSeeding();
    report(
        "takeover to process {} after {}: {} events drained, {} us",
        role.pid(),
        done.cause(),
        done.drainedEvents(),
        done.micros());
  }

  @Override
  public void replicaLost(String reason, boolean divergence) {
    LOG.warn("replica lost: {}", reason);
    MemberTracer tracer;
    PrimaryRole role;
    synchronized (this) {
      if (replica == null) {
        return;
      }
      replica = null;
      if (state == ServiceState.TAKING_OVER) {
        LOG.error("the replica was lost while it took over: the service ends");
        state = ServiceState.STOPPED;
        notifyAll();
        exit.complete(128 + SIGKILL);
        return;
      }
      divergences += divergence ? 1 : 0;
      tracer = primaryTracer;
      role = primary;
      if (state == ServiceState.PROTECTED) {
        state = ServiceState.STARTING;
      }
      notifyAll();
    }
    log().deactivate(Consumer.REPLICA);
    seedAgain(tracer, role, reason);
  }

  @Override
  public void replicaFailed(String reason) {
    dropReplica(reason);
    MemberTracer tracer;
    PrimaryRole role;
    synchronized (this) {
      tracer = primaryTracer;
      role = primary;
    }
    seedAgain(tracer, role, reason);
  }

  private void seedAgain(MemberTracer tracer, PrimaryRole role, String reason) {
    if (role == null) {
      return;
    }
    boolean again = losses.mayTryAgain();
    tracer.post(
        () -> {
          role.stopRecording();
          if (again) {
            role.requestSeeding();
          } else {
            role.requestNative("replicas were lost too often, the last one: " + reason);
          }
        });
  }

  @Override
  public void ended(int pid, int exitStatus) {
    synchronized (this) {
      if (pid == primaryPid && state == ServiceState.TAKING_OVER && replica != null) {
        return; // the replica goes on
      }
      if (pid != primaryPid && (replica == null || pid != replica.pid())) {
        return; // an earlier primary
      }
      state = ServiceState.STOPPED;
      notifyAll();
    }
    exit.complete(exitStatus);
  }

  @Override
  public String awaitConsumed(long sequence) {
    long begin = System.nanoTime();
    while (log().consumerSequence(Consumer.REPLICA).get() < sequence) {
      synchronized (this) {
        if (replica == null) {
          return "the replica was lost";
        }
      }
      if (System.nanoTime() - begin > RENDEZVOUS_LIMIT_NANOS) {
        return "the replica did not catch up within 10 s";
      }
      LockSupport.parkNanos(5_000);
    }
    return null;
  }

  @Override
  public void established(int pid, int descriptor) {
    connections.established(pid, descriptor);
  }

  @Override
  public FastPathOptions fastPath() {
    return options.fastPath() ? FastPathChoice.of(options.replicaWait()) : FastPathOptions.OFF;
  }

  @Override
  public long shadowDetail(int syscall, long[] arguments) {
    return ConnectionFollower.detail(syscall, arguments);
  }

  // What people ask.

  @Override
  public synchronized ServiceStatus status() {
    List<ServiceStatus.Replica> replicas = new ArrayList<>();
    if (replica != null) {
      replicas.add(
          new ServiceStatus.Replica(replica.pid(), replica.tracer().cpu(), replica.role().lag()));
    }
    boolean stopped = state == ServiceState.STOPPED;
    long events = log().cursor().get() + 1;
    return new ServiceStatus(
        options.name(),
        state,
        takeovers.epoch(),
        stopped ? null : new ServiceStatus.Member(primaryPid, primaryTracer.cpu()),
        replicas,
        state == ServiceState.UNPROTECTED ? unprotectedReason : null,
        takeovers.all(),
        connections.count(),
        events,
        events,
        divergences);
  }

  @Override
  public List<ConnectionStatus> connections() {
    return connections.connections();
  }

  @Override
  public void takeover() throws RefusedException {
    long epoch;
    int pid;
    synchronized (this) {
      if (state != ServiceState.PROTECTED) {
        throw new RefusedException("the service is " + state + ", nothing can take over");
      }
      takeovers.request();
      epoch = takeovers.epoch();
      pid = primaryPid;
    }
    SignalRelay.kill(pid);
    await(() -> takeovers.epoch() > epoch, "the takeover did not end within 30 s");
  }

  @Override
  public void unprotect() throws RefusedException {
    PrimaryRole role;
    MemberTracer tracer;
    synchronized (this) {
      if (state != ServiceState.PROTECTED) {
        throw new RefusedException("the service is " + state + " already");
      }
      role = primary;
      tracer = primaryTracer;
    }
    tracer.post(() -> role.requestNative("on request"));
    await(() -> state == ServiceState.UNPROTECTED, "protection did not end within 30 s");
  }

  private interface Condition {
    boolean holds();
  }

  private synchronized void await(Condition condition, String otherwise) throws RefusedException {
    long begin = System.nanoTime();
    while (!condition.holds()) {
      long left = REQUEST_LIMIT_NANOS - (System.nanoTime() - begin);
      if (left <= 0 || state == ServiceState.STOPPED) {
        throw new RefusedException(
            state == ServiceState.STOPPED ? "the service has ended" : otherwise);
      }
      try {
        wait(Math.max(1, left / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RefusedException("interrupted");
      }
    }
  }

  @Override
  public void stop() {
    signal(SIGTERM, new byte[128]);
  }

  @Override
  public void signal(int signal, byte[] siginfo) {
    relay.send(signal, siginfo);
  }

  @Override
  public int awaitExit() throws InterruptedException {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
