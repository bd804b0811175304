package org.ftrun.daemon.group;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceOptions.Verification;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventLog;
import org.ftrun.tracer.member.ArgumentHistory;
import org.ftrun.tracer.member.FastPathOptions;
import org.ftrun.tracer.member.FollowedProcess;
import org.ftrun.tracer.member.GroupLink;
import org.ftrun.tracer.member.HeldSegments;
import org.ftrun.tracer.member.Legacy;
import org.ftrun.tracer.member.MemberTracer;
import org.ftrun.tracer.member.Newborn;
import org.ftrun.tracer.member.PrimaryRole;
import org.ftrun.tracer.member.ReplicaRole;
import org.ftrun.tracer.member.SecondOpinion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the members of a service tell and ask, on their tracers' threads, and what becomes of it: a
 * replica adopted or lost, the primary's end, the takeover.
 */
final class GroupMembers implements GroupLink {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMembers.class);
  private static final int SIGKILL = 9;
  private static final int HISTORY = 1 << 16;

  private final ServiceOptions options;
  private final SharedLog shared;
  private final boolean rehearsal;
  private final GroupState state;
  private final SignalRelay relay;
  private final ConnectionFollower connections;
  private final CountersOpinion opinion;
  private final ArgumentHistory history = new ArgumentHistory(HISTORY);
  private final SpareTracer spare = new SpareTracer();
  private final LossPolicy losses = new LossPolicy();
  private final Orphans orphans = new Orphans();
  private final HeldSegments segments = new HeldSegments();

  /** The last one that began, null before the first. */
  private volatile Adoption adoption;

  /** Completed when the service's first program is in place. */
  final CompletableFuture<Void> started = new CompletableFuture<>();

  /** The service's exit status, once it has ended. */
  final CompletableFuture<Integer> exit = new CompletableFuture<>();

  GroupMembers(
      ServiceOptions options,
      SharedLog shared,
      boolean rehearsal,
      GroupState state,
      SignalRelay relay) {
    this.options = options;
    this.shared = shared;
    this.rehearsal = rehearsal;
    this.state = state;
    this.relay = relay;
    this.connections = new ConnectionFollower(shared.log());
    this.opinion = new CountersOpinion(connections, this::survivor);
  }

  /** Makes the launcher, once it execs the service's program, the primary; false if it is gone. */
  boolean launch(int pid) {
    MemberTracer tracer = spare.make(options.primaryCpu());
    state.launched(tracer, pid);
    relay.primaryIs(pid);
    return tracer.launch(pid, this);
  }

  ConnectionFollower connections() {
    return connections;
  }

  /** Number of events that took a stop. */
  long slowEvents() {
    return history.events();
  }

  ServiceStatus.Settlements settlements() {
    return opinion.settlements();
  }

  /** Tells what goes as it should; a rehearsal does so at debug level. */
  private void report(String text, Object... values) {
    if (rehearsal) {
      LOG.debug(text, values);
    } else {
      LOG.info(text, values);
    }
  }

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
  public int primaryCpu() {
    return state.primaryTracer().cpu();
  }

  @Override
  public void later(long millis, Runnable action) {
    MemberTracer.current().postLater(millis, action);
  }

  @Override
  public String adopt(Newborn newborn) {
    if (state.isEnding()) {
      newborn.kill();
      return "the service ends";
    }
    connections.seeding(newborn.originals(), state.isRecordedSinceLastReplica());
    adoption =
        Adoption.begin(
            spare.take(options.otherCpu(primaryCpu())),
            newborn,
            this,
            ReplicaRole.Waiting.valueOf(options.replicaWait().name()),
            state,
            pid -> report("replica {} follows", pid));
    // After a takeover, the next replica will be on the present primary's core.
    MemberTracer.current().afterStep(() -> spare.prepare(primaryCpu()));
    return adoption.refusal();
  }

  @Override
  public void seeded(long micros) {
    state.seeded(micros);
  }

  /** Until then a newborn may be on its way to being the replica. */
  private void awaitAdoption() {
    Adoption last = adoption;
    if (last != null) {
      last.awaitEnd();
    }
  }

  /** Ends at once: kills the members. The state is that of an ending service already. */
  void kill(GroupState.Follower follower) {
    awaitAdoption();
    if (follower != null) {
      follower.tracer().destroyReplica(follower.role().processes().pids());
    }
    relay.kill();
  }

  /** The members are gone. */
  void end() {
    connections.end();
    spare.end();
  }

  @Override
  public void serving(PrimaryRole role) {
    state.serving(role);
    started.complete(null);
  }

  @Override
  public void dropReplica(String reason) {
    drop(reason);
  }

  /** False if the replica's tracer is busy with it for ever: another replica must not be made. */
  private boolean drop(String reason) {
    awaitAdoption();
    GroupState.Follower dropped = state.dropReplica();
    if (dropped == null) {
      return true;
    }
    boolean gone = dropped.tracer().destroyReplica(dropped.role().processes().pids());
    log().deactivate(Consumer.REPLICA);
    if (reason != null) {
      report("replica {} dropped: {}", dropped.pid(), reason);
    }
    return gone;
  }

  @Override
  public void unprotected(String reason) {
    connections.end();
    segments.releaseAll();
    LOG.warn("not protected: {}", reason);
    state.unprotected(reason);
  }

  @Override
  public boolean primaryLost(String cause, long seen, Legacy legacy) {
    awaitAdoption();
    GroupState.Follower successor = state.takingOver(cause, seen);
    if (successor == null) {
      if (!state.isEnding()) {
        LOG.error("the primary ended of {} and there is no replica", cause);
      }
      return false;
    }
    relay.hold();
    successor.role().seal(legacy);
    successor.tracer().post(() -> {});
    return true;
  }

  @Override
  public void promoted(PrimaryRole role) {
    relay.primaryIs(role.pid()); // before anybody can know of the takeover and kill the primary
    ServiceStatus.Takeover done = state.promoted(role);
    log().deactivate(Consumer.REPLICA);
    role.requestSeeding();
    MemberTracer.current()
        .afterStep(
            () ->
                report(
                    "takeover to process {} after {}: {} events drained, {} us",
                    role.pid(),
                    done.cause(),
                    done.drainedEvents(),
                    done.micros()));
  }

  @Override
  public void replicaLost(String reason, boolean divergence) {
    LOG.warn("replica lost: {}", reason);
    switch (state.replicaLost(divergence)) {
      case SERVICE:
        LOG.error("the replica was lost while it took over: the service ends");
        relay.nobodyServes();
        exit.complete(128 + SIGKILL);
        break;
      case PROTECTION:
        log().deactivate(Consumer.REPLICA);
        seedAgain(reason);
        break;
      default:
        break;
    }
  }

  @Override
  public void replicaFailed(String reason) {
    if (drop(reason)) {
      seedAgain(reason);
    } else {
      goOn("the tracer of the replica does not answer, after: " + reason);
    }
  }

  private void seedAgain(String reason) {
    goOn(losses.mayTryAgain() ? null : "replicas were lost too often, the last one: " + reason);
  }

  /** Has the primary seed a replica, or end protection if there is a reason to. */
  private void goOn(String reason) {
    GroupState.Serving primary = state.primary();
    if (primary == null) {
      return;
    }
    PrimaryRole role = primary.role();
    primary
        .tracer()
        .post(
            () -> {
              role.stopRecording();
              if (reason == null) {
                role.requestSeeding();
              } else {
                role.requestUnprotected(reason);
              }
            });
  }

  @Override
  public void ended(int pid, int exitStatus) {
    if (state.ended(pid)) {
      segments.releaseAll();
      relay.nobodyServes();
      exit.complete(exitStatus);
    }
  }

  @Override
  public String awaitConsumed(long sequence) {
    return follower().awaitConsumed(sequence);
  }

  @Override
  public void yielded(long sequence) {
    follower().expectYield(sequence);
  }

  @Override
  public void bore(Newborn newborn) {
    follower().expect(newborn);
  }

  @Override
  public void ends(long sequence) {
    follower().expectEnd(sequence);
  }

  @Override
  public int survivor(int process) {
    return follower().pidOf(process);
  }

  /** The replica, once it is there. */
  private FollowerLink follower() {
    awaitAdoption();
    return new FollowerLink(state, log());
  }

  @Override
  public void established(int pid, int process, int descriptor) {
    connections.established(pid, process, descriptor);
  }

  @Override
  public void standsStill(List<FollowedProcess> processes) {
    connections.readOverdue(processes);
  }

  @Override
  public void joined(FollowedProcess process) {
    connections.joined(process);
  }

  @Override
  public void bearing() {
    orphans.mayCome();
  }

  @Override
  public Set<Integer> wards() {
    return orphans.wards();
  }

  /** A round of what is done from time to time is due; housekeeping says so. */
  void passRound() {
    orphans.pass(state.primaryPid());
    boolean standstill = connections.passRound();
    GroupState.Serving primary = state.followedPrimary();
    if (primary == null) {
      return;
    }
    if (standstill) {
      primary.tracer().post(primary.role()::requestStandstill);
    }
    if (primary.role().sharesFiles()) {
      primary.tracer().post(primary.role()::lookAtSharedFiles);
    }
  }

  @Override
  public SecondOpinion secondOpinion() {
    return opinion;
  }

  @Override
  public HeldSegments heldSegments() {
    return segments;
  }

  @Override
  public FastPathOptions fastPath() {
    return options.fastPath() ? FastPathChoice.of(options.replicaWait()) : FastPathOptions.OFF;
  }

  @Override
  public boolean comparesWrittenBytes() {
    return options.verification() == Verification.FULL;
  }

  @Override
  public long shadowDetail(int syscall, long[] arguments) {
    return ConnectionFollower.detail(syscall, arguments);
  }
}
