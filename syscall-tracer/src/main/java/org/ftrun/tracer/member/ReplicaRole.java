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
  private final ReplicaProcesses processes;
  private final List<ReplicaThread> threads = new ArrayList<>();

  /** The thread whose turn it is: it runs, or stands for the next event of its own or another. */
  private ReplicaThread current;

  /**
   * Takes over a replica that has been prepared.
   *
   * @param firsts the first threads of its processes, the root's first
   * @param newborn where its threads stand
   */
  ReplicaRole(List<MemberThread> firsts, Newborn newborn, GroupLink group, Waiting waiting) {
    this.group = group;
    this.wait = new EventWait(waiting);
    this.reader = group.log().reader(Consumer.REPLICA);
    this.succession = new Succession(this);
    this.processes = new ReplicaProcesses(this);
    stand(firsts.get(0), newborn);
    for (int i = 1; i < firsts.size(); i++) {
      stand(firsts.get(i), newborn.others().get(i - 1));
    }
  }

  private void stand(MemberThread first, Newborn newborn) {
    processes.add(first.threads());
    for (int i = 0; i < newborn.threads().size(); i++) {
      ReplicaThread thread = new ReplicaThread(this, first.threads().all().get(i));
      threads.add(thread);
      thread.standAs(newborn.threads().get(i));
      if (thread.isRunning()) {
        current = thread;
      }
    }
  }

  /** The first thread of the root process. */
  ReplicaThread first() {
    return threads.get(0);
  }

  /** Its processes, and those that are to join it. */
  public ReplicaProcesses processes() {
    return processes;
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

  /** A process that another one has borne has joined; it has not run. */
  void join(MemberThread newborn, Newborn described) {
    stand(newborn, described);
  }

  /** Pid of the root process. */
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
    processes.destroy();
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
        if (processes.endsRunning(current)) {
          return this;
        }
        Stop stop = succession.await();
        if (stop.kind() == StopKind.NONE) {
          succession.stopToPromote();
          return this;
        }
        return handle(stop);
      }
      return follow();
    } catch (TraceeDiedException e) {
      return lost(processes.anyEnd());
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
        removeCurrent();
        return this;
      default:
        return current.handle(stop);
    }
  }

  /** The thread has ended as the primary's has: what the kernel does then is done. */
  private void removeCurrent() {
    current.member.threads().remove(current.member);
    current.member.model().rooms().giveBack(current.member.room());
    forget(current);
  }

  /** A thread is not there any more. */
  void forget(ReplicaThread thread) {
    threads.remove(thread);
    thread.member.ids.remove(thread.id());
    if (current == thread) {
      current = null;
    }
  }

  /** The current thread, if any, stands still until the next event, which may be another's. */
  private Role follow() throws TraceeDiedException {
    Event event = reader.peek();
    if (event == null) {
      if (succession.isDue()) {
        boolean dies = current != null && current.isAtFault() && current.member.ids.isRoot();
        return dies ? succession.dieLikePrimary(current.faultSignal()) : promote();
      }
      return awaitEvent();
    }
    wait.reset();
    if ((event.flags() & EventRecorder.FLAG_ENDS) != 0) {
      return processes.ends(event);
    }
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
    Stop stop = processes.poll();
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
