package org.ftrun.tracer.member;

import org.ftrun.eventlog.EventReader;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a replica succeeds its primary: once the log is sealed, it is made to stop where it has
 * consumed everything, and is promoted there. Belongs to the replica's tracer thread but for {@link
 * #seal}.
 */
final class Succession {
  private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
  private static final long LOOK_AGAIN_MILLIS = 1;

  private final ReplicaRole replica;
  private final Member member;
  private final GroupLink group;
  private final EventReader reader;
  private boolean lookingAgain;
  private boolean awakened;

  /** Set when it was promoted. */
  private PrimaryRole successor;

  /** Set when the primary is gone: what the log holds then is all there will be. */
  private volatile Legacy legacy;

  Succession(ReplicaRole replica, GroupLink group, EventReader reader) {
    this.replica = replica;
    this.member = replica.member;
    this.group = group;
    this.reader = reader;
  }

  /** Nothing will follow what is published; any thread may call it. */
  void seal(Legacy left) {
    legacy = left;
  }

  /** Whether the log is sealed. */
  boolean isSealed() {
    return legacy != null;
  }

  /** Whether the log is sealed and this member's reader has come to its end. */
  boolean isDue() {
    return legacy != null && reader.lag() == 0;
  }

  /** When the primary began the call that its end interrupted, System.nanoTime(); 0: none. */
  long interrupted() {
    return legacy.interrupted();
  }

  /** The new primary, or null if the replica was not promoted. */
  PrimaryRole successor() {
    return successor;
  }

  /**
   * The process runs. If the log is sealed it is to stop where it has consumed everything, and as
   * it may do so by itself, or compute for long, it is looked after again and again.
   */
  void lookAfterTheEnd() {
    if (legacy != null && !lookingAgain) {
      lookingAgain = true;
      member.fastPath.requestStopWhenConsumed();
      group.later(LOOK_AGAIN_MILLIS, () -> lookingAgain = false);
    }
  }

  /**
   * The process runs, and nothing stops it. If nothing is left to consume while it computes, it
   * need not come to a call; if something is left, it may be asleep.
   */
  void stopToPromote() throws TraceeDiedException {
    if (legacy != null && !replica.call.executing && (consumedAll() || !awakened)) {
      awakened = true;
      member.tracee.interrupt();
    }
  }

  /** What the replica's own thread consumes, it tells in the log. */
  private boolean consumedAll() {
    return member.fastPath.isOn() ? replica.lag() == 0 : reader.lag() == 0;
  }

  /** Makes the replica, which stands still, the primary; the service's registers are read. */
  PrimaryRole promote() throws TraceeDiedException {
    member.tracee.readRegisters(member.now);
    member.tracee.setOptions(LaunchRole.PRIMARY_OPTIONS);
    Promotion.complete(member, legacy);
    successor = new PrimaryRole(member, group);
    group.promoted(successor);
    return successor;
  }

  /** The replica comes to the same fault as the primary: nothing is left to take over. */
  Role dieLikePrimary(int signal) throws TraceeDiedException {
    LOG.error(
        "the replica comes to the same {} as the primary: the service's own defect",
        Signal.name(signal));
    PrimaryRole primary = new PrimaryRole(member, group);
    group.promoted(primary); // the service's end is this process's, not that of the one before
    return primary.die(signal);
  }
}
