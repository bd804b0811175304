package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.CorruptEventException;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventReader;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The member that follows: whenever one of its threads wants something of the kernel, it gets what
 * the event log says the primary's thread got. The next event says whose turn it is: only that
 * thread runs, until it comes to its next call. When the log is sealed and consumed, the member
 * becomes the primary.
 */
public final class ReplicaRole implements Role, FailSafe {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaRole.class);

  /** How the replica waits for the next event. */
  public enum Waiting {
    /** Burns its core. */
    SPIN,
    /** Spins, then yields. */
    YIELD,
    /** Spins for a moment, then sleeps for up to some milliseconds. */
    SLEEP
  }

  final GroupLink group;
  final EventReader reader;
  final Succession succession;
  final ReplicaLoops loops = new ReplicaLoops(this);
  private final EventWait wait;
  private final List<ReplicaThread> threads = new ArrayList<>();

  /** The thread whose turn it is: it runs, or stands for the next event of its own or another. */
  private ReplicaThread current;

  /**
   * Takes over a replica that has been prepared.
   *
   * @param first its first thread
   * @param described where its threads stand
   */
  ReplicaRole(
      MemberThread first, List<Newborn.OfThread> described, GroupLink group, Waiting waiting) {
    this.group = group;
    this.wait = new EventWait(waiting);
    this.reader = group.log().reader(Consumer.REPLICA);
    this.succession = new Succession(this);
    for (int i = 0; i < described.size(); i++) {
      ReplicaThread thread = new ReplicaThread(this, first.threads().all().get(i));
      threads.add(thread);
      thread.standAs(described.get(i));
      if (thread.isRunning()) {
        current = thread;
      }
    }
  }

  /** The thread whose id is the process's. */
  ReplicaThread first() {
    return threads.get(0);
  }

  /** All threads, the first one first. */
  List<ReplicaThread> threads() {
    return Collections.unmodifiableList(threads);
  }

  /** The thread whose turn it is, or null if no event has said so yet. */
  ReplicaThread current() {
    return current;
  }

  /** A further thread has been born, which begins with these registers. */
  void add(MemberThread newborn, Registers start) {
    newborn.fastPath.setMode(StubArea.Mode.REPLAY);
    ReplicaThread thread = new ReplicaThread(this, newborn);
    threads.add(thread);
    thread.standBorn(start);
  }

  /** Pid of the process that follows. */
  public int pid() {
    return first().member.pid();
  }

  /** Published events that it has not consumed yet; any thread may ask. */
  public long lag() {
    return Math.max(
        0, group.log().cursor().get() - group.log().consumerSequence(Consumer.REPLICA).get());
  }

  /**
   * Tells the replica that nothing will follow what is published; any thread may call it, and wakes
   * the tracer afterwards.
   *
   * @param legacy what the primary leaves beside the log
   */
  public void seal(Legacy legacy) {
    succession.seal(legacy);
  }

  /**
   * A thread of the primary gave up its turn in a loop; on this member's tracer thread.
   *
   * @param sequence of the event that says so
   */
  public void expectYield(long sequence) {
    loops.expect(sequence);
  }

  /** Kills and reaps the replica; on its tracer thread. */
  void destroy() {
    ReplicaBirth.discard(pid());
  }

  /** Lets the newborn run for the first time. */
  Role begin() {
    try {
      if (current != null) {
        current.member.tracee.resume(0);
      }
    } catch (TraceeDiedException e) {
      LOG.debug("the replica died before it ran");
    }
    return this;
  }

  @Override
  public Role step() {
    try {
      if (current != null && current.isRunning()) {
        Stop stop = succession.await();
        if (stop.kind() == StopKind.NONE) {
          succession.stopToPromote();
          return this;
        }
        return handle(stop);
      }
      return follow();
    } catch (TraceeDiedException e) {
      return lost(first().member.tracee.await());
    } catch (CorruptEventException e) {
      return diverged(e.getMessage());
    }
  }

  private Role handle(Stop stop) throws TraceeDiedException {
    switch (stop.kind()) {
      case EXITING:
        if (!current.isLeaving()) {
          return lost(stop);
        }
        current.member.tracee.resume(0);
        return this;
      case EXITED:
      case GONE:
        if (!current.isLeaving()) {
          return lost(stop);
        }
        remove(current);
        return this;
      default:
        return current.handle(stop);
    }
  }

  /** The thread has ended as the primary's has: what the kernel does then is done. */
  private void remove(ReplicaThread thread) {
    threads.remove(thread);
    thread.member.threads().remove(thread.member);
    thread.member.ids.remove(thread.id());
    thread.member.model().rooms().giveBack(thread.member.room());
    current = null;
  }

  /** The current thread, if any, stands still until the next event, which may be another's. */
  private Role follow() throws TraceeDiedException {
    Event event = reader.peek();
    if (event == null) {
      if (succession.isDue()) {
        return current != null && current.isAtFault()
            ? succession.dieLikePrimary(current.faultSignal())
            : promote();
      }
      return awaitEvent();
    }
    wait.reset();
    if (current != null && current.isAtFault()) {
      return diverged(
          "the replica faulted with "
              + Signal.name(current.faultSignal())
              + " where the primary went on to event "
              + event.sequence());
    }
    String divergence = pass(event);
    if (divergence == null && current.isRunning()) {
      return this; // to the call at which the primary's thread gave up its turn
    }
    if (divergence == null) {
      divergence = current.consume(event);
    }
    return divergence == null ? this : diverged(divergence);
  }

  /** Gives the turn to the thread whose event it is. */
  private String pass(Event event) throws TraceeDiedException {
    if (current != null && current.id() == event.threadId()) {
      return null;
    }
    if (current != null && current.isAtHandlerEntry()) {
      current.run(); // the signal that was to come there went to another thread, or nowhere
      return null;
    }
    if (current != null && !current.mayPass()) {
      return current.misplaced(event);
    }
    for (ReplicaThread thread : threads) {
      if (thread.id() == event.threadId()) {
        current = thread;
        return null;
      }
    }
    return "event "
        + event.sequence()
        + " is of thread "
        + event.threadId()
        + ", which the replica does not have";
  }

  void resetWait() {
    wait.reset();
  }

  private Role awaitEvent() throws TraceeDiedException {
    if (!wait.pause()) {
      return this;
    }
    Stop stop = first().member.tracee.poll();
    return stop.kind() == StopKind.NONE ? this : lost(stop);
  }

  /** The log is consumed: the member serves from now on. */
  Role promote() throws TraceeDiedException {
    return succession.promote();
  }

  Role diverged(String report) {
    destroy();
    group.replicaLost(report, true);
    return null;
  }

  /** What it has is not what the primary had: it must not serve. */
  Role cannotTakeOver(String reason) {
    destroy();
    group.replicaLost(reason, false);
    return null;
  }

  Role lost(Stop stop) {
    String how = stop.kind() == StopKind.KILLED ? " of " + Signal.name(stop.signal()) : "";
    destroy();
    group.replicaLost("the replica died" + how, false);
    return null;
  }

  @Override
  public Role afterError(Throwable error) {
    if (succession.successor() != null) {
      return succession.successor().afterError(error); // it is the service now
    }
    destroy();
    group.replicaLost("internal error: " + error, false);
    return null;
  }
}
