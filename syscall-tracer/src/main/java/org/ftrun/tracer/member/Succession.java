package org.ftrun.tracer.member;

import java.util.concurrent.locks.LockSupport;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
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
  private static final long LOOK_NANOS = 50_000;
  private static final int LOOKS = 10;

  private final ReplicaRole replica;
  private boolean awakened;

  /** Whether it has been interrupted and the stop is yet to come. */
  private boolean interrupted;

  /** Set when it was promoted. */
  private PrimaryRole successor;

  /** Set when the primary is gone: what the log holds then is all there will be. */
  private volatile Legacy legacy;

  Succession(ReplicaRole replica) {
    this.replica = replica;
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
    return legacy != null && replica.reader.lag() == 0;
  }

  /** The new primary, or null if the replica was not promoted. */
  PrimaryRole successor() {
    return successor;
  }

  /**
   * Waits for a stop of the process, which runs. If the log is sealed it is to stop where it has
   * consumed everything, and as it may do so by itself, or compute for long, it is looked after
   * again and again: NONE means that this is due.
   */
  Stop await() {
    MemberThread running = replica.current().member;
    if (legacy != null) {
      running.fastPath.requestStopWhenConsumed();
    }
    if (legacy != null && !interrupted) {
      for (int look = 1; look < LOOKS; look++) {
        Stop stop = running.tracee.poll();
        if (stop.kind() != StopKind.NONE) {
          return stop;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return running.tracee.poll();
    }
    Stop stop = running.tracee.await();
    interrupted &= stop.kind() == StopKind.NONE;
    return stop;
  }

  /**
   * The process runs, and nothing stops it. If nothing is left to consume while it computes, it
   * need not come to a call; if something is left, it may be asleep.
   */
  void stopToPromote() throws TraceeDiedException {
    ReplicaThread running = replica.current();
    if (legacy == null || running.call.executing) {
      return;
    }
    if (consumedAll() || !awakened || replica.loops.mayBeInTheWay()) {
      awakened = true;
      interrupted = true;
      running.member.tracee.interrupt();
    }
  }

  /** What the replica's own thread consumes, it tells in the log. */
  private boolean consumedAll() {
    return replica.first().member.fastPath.isOn() ? replica.lag() == 0 : replica.reader.lag() == 0;
  }

  /** Makes the replica, all of whose threads stand still, the primary. */
  Role promote() throws TraceeDiedException {
    ReplicaThread current = replica.current() == null ? replica.first() : replica.current();
    DaemonFault.reached(DaemonFault.Step.DRAINED, replica.pid());
    replica.processes().forgetUntold();
    String written = written();
    if (written != null) {
      return replica.cannotTakeOver(
          written + ", which the service maps shared, was written to by a system call");
    }
    current.leaveBehindCall();
    for (ReplicaThread thread : replica.threads()) {
      thread.standByItself();
    }
    for (ReplicaThread thread : replica.threads()) {
      thread.member.tracee.setOptions(LaunchRole.PRIMARY_OPTIONS);
      DaemonFault.reached(DaemonFault.Step.OUTLIVES, replica.pid());
      int dead = legacy.of(thread.member.threads()).pid();
      Promotion.inherit(thread.member, legacy.of(thread.id()), dead);
    }
    DaemonFault.reached(DaemonFault.Step.INHERITED, replica.pid());
    for (ProcessThreads process : replica.processes().all()) {
      Promotion.complete(process.first(), legacy);
    }
    DaemonFault.reached(DaemonFault.Step.COMPLETED, replica.pid());
    successor = new PrimaryRole(replica.first().member, replica.group);
    for (ReplicaThread thread : replica.threads()) {
      PrimaryThread primary =
          thread == replica.first() ? successor.first() : successor.add(thread.member);
      if (thread != current) {
        standAside(thread, primary);
      }
    }
    PrimaryThread serving = successor.withTid(current.member.pid());
    successor.turn.take(serving);
    replica.group.promoted(successor);
    for (ProcessThreads process : successor.processes()) {
      boolean telling = legacy.hasPending(process, Signal.SIGCHLD);
      successor.processes.adopted(process).adopt(legacy.of(process), telling);
    }
    successor.segments.release(); // of which the log told that they are not attached any more
    DaemonFault.reached(DaemonFault.Step.PROMOTED, replica.pid());
    try {
      return current.takeOver(serving, legacy.of(current.id()).interrupted());
    } catch (TraceeDiedException e) {
      return successor; // killed already: its exit event is what wait4 reports next
    }
  }

  private String written() {
    for (ProcessThreads process : replica.processes().all()) {
      String written = process.model().sharedFiles().written();
      if (written != null) {
        return written;
      }
    }
    return null;
  }

  /** A thread that has not got the turn makes its call as soon as it has it. */
  private void standAside(ReplicaThread thread, PrimaryThread primary) throws TraceeDiedException {
    if (thread.isBorn()) {
      primary.standing.born(thread.start());
    } else if (thread.isInLoop()) {
      primary.standing.inLoop(thread.start());
    } else {
      primary.call.continueFrom(thread.call, legacy.of(thread.id()).interrupted());
      primary.standing.atSiteForTurn();
    }
  }

  /** The replica comes to the same fault as the primary: nothing is left to take over. */
  Role dieLikePrimary(int signal) throws TraceeDiedException {
    LOG.error(
        "the replica comes to the same {} as the primary: the service's own defect",
        Signal.name(signal));
    PrimaryRole primary = new PrimaryRole(replica.first().member, replica.group);
    for (ReplicaThread thread : replica.threads().subList(1, replica.threads().size())) {
      primary.add(thread.member);
    }
    replica.group.promoted(
        primary); // the service's end is this process's, not that of the one before
    return primary.die(primary.withTid(replica.current().member.pid()), signal);
  }
}
