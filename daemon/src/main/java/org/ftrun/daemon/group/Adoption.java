package org.ftrun.daemon.group;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.EventLog;
import org.ftrun.tracer.member.GroupLink;
import org.ftrun.tracer.member.MemberTracer;
import org.ftrun.tracer.member.Newborn;
import org.ftrun.tracer.member.ReplicaRole;

/**
 * A newborn on its way to being the replica. Its tracer prepares it while the primary serves and
 * records already: clients are not to wait for that. Only a primary of which memory is yet to be
 * copied, or that has just begun, waits. Whoever wants to know who follows waits for the outcome.
 */
final class Adoption implements MemberTracer.Adopter {
  private final MemberTracer tracer;
  private final Newborn newborn;
  private final EventLog log;
  private final GroupState state;
  private final IntConsumer report;

  /** The primary that serves on meanwhile; null if it waits. */
  private final GroupState.Serving primary;

  private volatile String refusal;
  private CompletableFuture<Void> done;

  private Adoption(
      MemberTracer tracer, Newborn newborn, EventLog log, GroupState state, IntConsumer report) {
    this.tracer = tracer;
    this.newborn = newborn;
    this.log = log;
    this.state = state;
    this.report = report;
    this.primary = newborn.needsPrimary() ? null : state.primary();
  }

  /**
   * Begins; on the primary's tracer thread, the primary stopped.
   *
   * @param report is told the pid of a replica that follows
   */
  static Adoption begin(
      MemberTracer tracer,
      Newborn newborn,
      GroupLink group,
      ReplicaRole.Waiting waiting,
      GroupState state,
      IntConsumer report) {
    Adoption adoption = new Adoption(tracer, newborn, group.log(), state, report);
    group.log().activate(Consumer.REPLICA);
    adoption.done = tracer.adopt(newborn, group, waiting, adoption);
    return adoption;
  }

  @Override
  public boolean adopted(ReplicaRole replica) {
    if (!state.follows(new GroupState.Follower(tracer, replica, newborn.pid()))) {
      log.deactivate(Consumer.REPLICA);
      return false;
    }
    tracer.afterStep(() -> report.accept(newborn.pid()));
    return true;
  }

  @Override
  public void refused(String reason) {
    refusal = reason;
    log.deactivate(Consumer.REPLICA);
    if (primary != null) {
      primary
          .tracer()
          .post(
              () -> {
                primary.role().stopRecording();
                primary.role().requestUnprotected(reason);
              });
    }
  }

  /** Why there will be no replica, if the primary waits for it, else null. */
  String refusal() {
    if (primary != null) {
      return null;
    }
    awaitEnd();
    return refusal;
  }

  /** Waits until the newborn follows or is gone. */
  void awaitEnd() {
    if (!tracer.isCurrent()) {
      done.exceptionally(error -> null).join(); // the tracer has reported the error
    }
  }
}
