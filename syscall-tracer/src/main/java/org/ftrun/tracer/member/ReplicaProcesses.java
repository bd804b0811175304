package org.ftrun.tracer.member;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ftrun.eventlog.Event;
import org.ftrun.tracer.ptrace.PtraceException;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a member that follows, the root first: a process joins where its parent has
 * borne it, and is killed where the primary's ends. Belongs to the replica's tracer thread but for
 * {@link #expectEnd}, {@link #pids} and {@link #pidOf}.
 */
public final class ReplicaProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaProcesses.class);
  private static final long NO_END = -1;
  private static final int NOBODY = -1;

  private final ReplicaRole role;
  private final List<ProcessThreads> all = new CopyOnWriteArrayList<>();

  /** Copies of the primary's newborns, by the ids by which the service knows them. */
  private final Map<Integer, Expected> expected = new ConcurrentHashMap<>();

  /** One that has been seized, and waits in the stub until it joins. */
  private record Expected(Newborn newborn, Tracee tracee) {}

  /** The event by which a process ends that need not come to a call. */
  private volatile long end = NO_END;

  ReplicaProcesses(ReplicaRole role) {
    this.role = role;
  }

  void add(ProcessThreads process) {
    all.add(process);
  }

  List<ProcessThreads> all() {
    return all;
  }

  /** The kernel's pids, the root's first; any thread may ask. */
  public List<Integer> pids() {
    return all.stream().map(process -> process.first().pid()).toList();
  }

  /**
   * The kernel's pid of the process that the service knows so, be it that it has not joined yet: it
   * has the descriptors from its birth on. Any thread may ask.
   *
   * @return -1 if there is none
   */
  public int pidOf(int id) {
    Expected joining = expected.get(id);
    return all.stream()
        .filter(process -> process.id() == id)
        .map(process -> process.first().pid())
        .findFirst()
        .orElse(joining == null ? NOBODY : joining.newborn().pid());
  }

  /**
   * A process of the primary has borne another, of which this is the copy; before the event is
   * published that tells of it. It is seized here and now: until then it dies with its original.
   *
   * @return false if it is dead already
   */
  public boolean expect(Newborn newborn) {
    try {
      Tracee tracee = ReplicaBirth.seize(newborn);
      expected.put(newborn.id(), new Expected(newborn, tracee));
      return true;
    } catch (TraceeDiedException | PtraceException e) {
      LOG.warn("the copy of process {} died at its birth", newborn.id());
      return false;
    }
  }

  /**
   * A process of the primary ends by something that came to it in the midst of its code.
   *
   * @param sequence of the event that says so, which is published; called by the primary's tracer,
   *     which wakes this one's afterwards
   */
  public void expectEnd(long sequence) {
    end = sequence;
  }

  /**
   * The primary's process has borne another: its copy joins.
   *
   * @param parent the thread that has made the call
   * @return null, or why it does not
   */
  String join(MemberThread parent, Event event) {
    int id = (int) event.result();
    if (all.stream().anyMatch(process -> process.id() == id)) {
      return null; // this replica was seeded when it had been born
    }
    Expected joining = expected.get(id);
    if (joining == null) {
      return "event " + event.sequence() + ": no copy of process " + id + " is there";
    }
    Newborn newborn = joining.newborn();
    try {
      int cpu = MemberTracer.current().cpu();
      role.join(new ReplicaBirth(newborn, cpu).deliverTo(parent, joining.tracee()), newborn);
      return null;
    } catch (TraceeDiedException e) {
      return "event " + event.sequence() + ": the copy of process " + id + " died";
    } catch (RuntimeException e) {
      ReplicaBirth.discard(newborn.pid());
      return "event " + event.sequence() + ": a process cannot join: " + e.getMessage();
    } finally {
      expected.remove(id);
    }
  }

  /**
   * The primary's process ends by this event, wherever it is: so does this one.
   *
   * @return the next role
   */
  Role ends(Event event) {
    for (ReplicaThread thread : role.threads()) {
      if (thread.id() == event.threadId()) {
        end(thread, event);
        return role;
      }
    }
    return role.diverged("event " + event.sequence() + " ends a process that is not there");
  }

  private void end(ReplicaThread thread, Event event) {
    ProcessThreads process = thread.member.threads();
    byte[] siginfo = ProcessEnd.read(event);
    ReplicaBirth.discard(process.first().pid());
    all.remove(process);
    for (ReplicaThread each : List.copyOf(role.threads())) {
      if (each.member.threads() == process) {
        role.forget(each);
      }
    }
    for (ProcessThreads other : all) {
      ProcessEnd.note(other, process, siginfo);
    }
    int left = ProcessEnd.pidOfLeft(siginfo);
    if (left != 0) {
      role.first().member.ids.leave(process.id(), left);
    }
    role.reader.consume();
  }

  /**
   * A process has memory of its own in the place of a file or segment that it has mapped: it gets
   * the contents, or in its place what the replica, in whichever process, has of the same.
   */
  void share(MemberThread member) throws TraceeDiedException {
    SharedFiles.Region region = member.model().sharedFiles().last();
    for (ProcessThreads other : all) {
      SharedFiles.Region same = other.model().sharedFiles().sameAs(region);
      if (same != null) {
        SharedObjects.mapAsIn(other.first().pid(), same, member, region);
        return;
      }
    }
    member.model().sharedFiles().fill(member);
  }

  /** Whether the thread, which runs its own code, has been ended there as the primary's was. */
  boolean endsRunning(ReplicaThread running) {
    if (end == NO_END || running.call.executing) {
      return false;
    }
    role.reader.catchUp();
    Event event = role.reader.peek();
    boolean ends = event != null && event.sequence() == end && event.threadId() == running.id();
    if (ends) {
      end(running, event);
    }
    return ends;
  }

  /** The end of any of them, NONE if there is none. */
  Stop poll() {
    Stop stop = role.first().member.tracee.poll();
    for (int i = 1; i < all.size() && stop.kind() == StopKind.NONE; i++) {
      stop = all.get(i).first().tracee.poll();
    }
    return stop;
  }

  /** One of them has died: how the first one did that is found so. */
  Stop anyEnd() {
    return all.size() > 1 ? poll() : role.first().member.tracee.await();
  }

  /** The log is at its end: what has been borne, and not told of, is nobody's. */
  void forgetUntold() {
    for (Expected untold : expected.values()) {
      LOG.info("process {} was not born yet when its parent died", untold.newborn().id());
      ReplicaBirth.discard(untold.newborn().pid());
    }
    expected.clear();
  }

  /** Kills and reaps all. */
  void destroy() {
    forgetUntold();
    all.forEach(process -> ReplicaBirth.discard(process.first().pid()));
  }
}
