package org.ftrun.daemon.group;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.daemon.service.ProtectedService.RefusedException;
import org.ftrun.daemon.service.ServiceState;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.tracer.member.MemberTracer;
import org.ftrun.tracer.member.PrimaryRole;
import org.ftrun.tracer.member.ReplicaRole;

/**
 * Who serves, who follows, and in which state the service is. Each method is one step from one
 * consistent state to the next, by any thread; none waits for a tracer or calls one.
 */
final class GroupState {
  private static final long REQUEST_LIMIT_NANOS = 30_000_000_000L;
  private static final int NOT_PINNED = -1;
  private static final int SEEDINGS_KEPT = 1000;

  private final TakeoverRecord takeovers = new TakeoverRecord();
  private final ArrayDeque<ServiceStatus.Seeding> seedings = new ArrayDeque<>();
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
  record Follower(MemberTracer tracer, ReplicaRole role, int pid) {}

  /** The primary while it is traced. */
  record Serving(MemberTracer tracer, PrimaryRole role) {}

  /** What the end of a replica means. */
  enum Loss {
    /** It had been dropped already. */
    NOTHING,
    /** The primary serves on; another replica may be seeded. */
    PROTECTION,
    /** It was the last member. */
    SERVICE
  }

  synchronized void launched(MemberTracer tracer, int pid) {
    primaryTracer = tracer;
    primaryPid = pid;
  }

  /** A program of the service is in place; null if it runs natively. */
  synchronized void serving(PrimaryRole role) {
    primary = role;
  }

  /**
   * The service is to end at once; no member takes over any more, and the primary is to be killed.
   *
   * @return the replica, to be destroyed, or null: there is none, or it is just taking over
   */
  synchronized Follower end() {
    ending = true;
    if (state == ServiceState.TAKING_OVER) {
      return null;
    }
    Follower last = replica;
    replica = null;
    return last;
  }

  synchronized boolean isEnding() {
    return ending;
  }

  synchronized MemberTracer primaryTracer() {
    return primaryTracer;
  }

  /** The primary, null when it serves natively. */
  synchronized Serving primary() {
    return primary == null ? null : new Serving(primaryTracer, primary);
  }

  synchronized int primaryPid() {
    return primaryPid;
  }

  /** The replica, or null. */
  synchronized Follower replica() {
    return replica;
  }

  /** Has the replica's tracer look at the log, as it does seldom when the service is idle. */
  void wakeReplica() {
    Follower woken = replica();
    if (woken != null) {
      woken.tracer().wake();
    }
  }

  synchronized boolean isRecordedSinceLastReplica() {
    return recordedSinceLastReplica;
  }

  /** A replica follows; false if the service ends, and it is not wanted. */
  synchronized boolean follows(Follower follower) {
    if (ending) {
      return false;
    }
    recordedSinceLastReplica = false;
    replica = follower;
    state = ServiceState.PROTECTED;
    unprotectedReason = null;
    notifyAll();
    return true;
  }

  /** A replica was seeded, for which the primary stood still so long. */
  synchronized void seeded(long micros) {
    seedings.add(new ServiceStatus.Seeding(takeovers.epoch(), micros));
    if (seedings.size() > SEEDINGS_KEPT) {
      seedings.remove();
    }
  }

  /** Nothing follows any more; returns what did, or null. */
  synchronized Follower dropReplica() {
    Follower dropped = replica;
    replica = null;
    if (dropped != null && state == ServiceState.PROTECTED) {
      state = ServiceState.STARTING;
    }
    return dropped;
  }

  /** The primary serves natively. */
  synchronized void unprotected(String reason) {
    primary = null;
    unprotectedReason = reason;
    if (state != ServiceState.STOPPED) {
      state = ServiceState.UNPROTECTED;
    }
    notifyAll();
  }

  /**
   * The primary has ended.
   *
   * @param cause the signal's name
   * @param seen when that was seen, of System.nanoTime()
   * @return who takes over, or null: nobody can, or nobody is to
   */
  synchronized Follower takingOver(String cause, long seen) {
    if (ending || replica == null) {
      return null;
    }
    state = ServiceState.TAKING_OVER;
    takeovers.begin(cause, seen, replica.role().lag());
    return replica;
  }

  /** The replica is the primary now. */
  synchronized ServiceStatus.Takeover promoted(PrimaryRole role) {
    ServiceStatus.Takeover done = takeovers.end();
    primaryTracer = replica.tracer();
    primaryPid = replica.pid();
    primary = role;
    replica = null;
    recordedSinceLastReplica = true;
    notifyAll();
    return done;
  }

  /** The replica died, or did something else than the primary. */
  synchronized Loss replicaLost(boolean divergence) {
    if (replica == null) {
      return Loss.NOTHING;
    }
    replica = null;
    Loss loss = Loss.PROTECTION;
    if (state == ServiceState.TAKING_OVER) {
      state = ServiceState.STOPPED;
      loss = Loss.SERVICE;
    } else {
      divergences += divergence ? 1 : 0;
      if (state == ServiceState.PROTECTED) {
        state = ServiceState.STARTING;
      }
    }
    notifyAll();
    return loss;
  }

  /** A process has ended and is reaped; true if the service has ended with it. */
  synchronized boolean ended(int pid) {
    boolean replicaGoesOn =
        pid == primaryPid && state == ServiceState.TAKING_OVER && replica != null;
    boolean earlierPrimary = pid != primaryPid && (replica == null || pid != replica.pid());
    if (replicaGoesOn || earlierPrimary) {
      return false;
    }
    state = ServiceState.STOPPED;
    notifyAll();
    return true;
  }

  /**
   * The primary is to end so that the replica takes over.
   *
   * @param end ends it, while it is certain that it is the primary
   * @return the present epoch
   */
  synchronized long requestTakeover(Runnable end) throws RefusedException {
    if (state != ServiceState.PROTECTED) {
      throw new RefusedException("the service is " + state + ", nothing can take over");
    }
    takeovers.request();
    end.run();
    return takeovers.epoch();
  }

  /** Waits for the end of a requested takeover. */
  void awaitEpochAfter(long epoch) throws RefusedException {
    await(() -> takeovers.epoch() > epoch, "the takeover did not end within 30 s");
  }

  /** The primary, if a replica follows it. */
  synchronized Serving protectedPrimary() throws RefusedException {
    if (state != ServiceState.PROTECTED) {
      throw new RefusedException("the service is " + state + " already");
    }
    return primary();
  }

  /** The primary, null unless a replica follows it. */
  synchronized Serving followedPrimary() {
    return state == ServiceState.PROTECTED ? primary() : null;
  }

  /** Waits until nothing follows the primary. */
  void awaitUnprotected() throws RefusedException {
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

  synchronized ServiceState state() {
    return state;
  }

  /** The status, of which the log's and the shadow's part is the caller's. */
  synchronized ServiceStatus status(
      String name,
      long connections,
      long events,
      long slowEvents,
      ServiceStatus.Settlements settlements,
      long logBytes) {
    List<ServiceStatus.Replica> replicas = new ArrayList<>();
    if (replica != null) {
      replicas.add(
          new ServiceStatus.Replica(
              replica.pid(),
              replica.tracer().cpu(),
              replica.role().lag(),
              replica.role().processes().pids()));
    }
    boolean stopped = state == ServiceState.STOPPED;
    return new ServiceStatus(
        name,
        state,
        takeovers.epoch(),
        stopped ? null : primaryStatus(),
        replicas,
        state == ServiceState.UNPROTECTED ? unprotectedReason : null,
        takeovers.all(),
        connections,
        events,
        slowEvents,
        divergences,
        primary == null
            ? null
            : new ServiceStatus.Sites(primary.patchedSites(), primary.slowSites()),
        settlements,
        logBytes,
        primary == null ? 0 : primary.children(),
        List.copyOf(seedings));
  }

  private ServiceStatus.Member primaryStatus() {
    return primary == null
        ? new ServiceStatus.Member(primaryPid, primaryCore())
        : new ServiceStatus.Member(primaryPid, primaryCore(), primary.pids());
  }

  private int primaryCore() {
    return state == ServiceState.UNPROTECTED ? NOT_PINNED : primaryTracer.cpu();
  }
}
