package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.Tracees;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The member that serves, with all its threads. One of them at a time runs the service's code, by
 * the {@link Turn}; the others are in calls that the kernel works on, or stand where they were
 * stopped until they get the turn.
 */
public final class PrimaryRole implements Role, FailSafe {
  /** System property: for a test, every stop fails from this one on, as by a defect of ours. */
  static final String DEFECT = "ftrun.test.defect";

  private static final Logger LOG = LoggerFactory.getLogger(PrimaryRole.class);
  private static final int MOST_FAILURES = 5;
  private static final int FIRST_DEFECT = Integer.getInteger(DEFECT, -1);

  final GroupLink group;
  final Recording recording = new Recording(this::recordingChanged);
  final EventLogWriter writer;
  final PrimaryProtection protection = new PrimaryProtection(this);
  final Turn turn = new Turn();
  final TurnWatch watch = new TurnWatch(this);
  final Assembly assembly = new Assembly(this);
  final PrimaryProcesses processes = new PrimaryProcesses(this);
  final SegmentCalls segments;
  private final List<PrimaryThread> threads = new ArrayList<>();
  private final Tracees tracees = new Tracees();

  /** Children on their way to a program of their own. */
  private final List<Spawn> spawns = new ArrayList<>();

  private boolean ending;
  private boolean hasChildren;
  private boolean standstillRequested;
  private int failures;
  private int stops;

  /** The thread whose stop is being handled. */
  private PrimaryThread handled;

  PrimaryRole(MemberThread first, GroupLink group) {
    this.group = group;
    this.writer = group.log().writer();
    this.segments = new SegmentCalls(this);
    add(first);
  }

  /** A further thread has come to be, which may be the first one of a process; it stands still. */
  PrimaryThread add(MemberThread member) {
    PrimaryThread thread = new PrimaryThread(this, member);
    threads.add(thread);
    processes.add(member.threads());
    tracees.add(member.tracee);
    return thread;
  }

  /** The service's first program is in place: the exec event has been reported. */
  Role begin() {
    return first().begin();
  }

  /** The first thread of the root process. */
  PrimaryThread first() {
    return threads.get(0);
  }

  /** All threads, the first one first. */
  List<PrimaryThread> threads() {
    return Collections.unmodifiableList(threads);
  }

  /** The processes, the root first. */
  List<ProcessThreads> processes() {
    return processes.all();
  }

  /** The kernel's pids of the processes, the root's first; any thread may ask. */
  public List<Integer> pids() {
    return processes.pids();
  }

  /** Whether the service has more than one thread, in one process or in several. */
  boolean areSeveral() {
    return threads.size() > 1;
  }

  /** The threads' traced sides. */
  Tracees tracees() {
    return tracees;
  }

  /** The thread whose traced side this is, or null. */
  PrimaryThread withTid(int tid) {
    for (PrimaryThread thread : threads) {
      if (thread.member.pid() == tid) {
        return thread;
      }
    }
    return null;
  }

  /** A thread has ended by itself and is gone, and with a process's first one the process. */
  void remove(PrimaryThread thread) {
    forget(thread);
    MemberThread member = thread.member;
    if (thread.probation != null) {
      thread.probation.ended();
    }
    if (member == member.threads().first()) {
      processes.ended(member.threads());
      return;
    }
    member.model().rooms().giveBack(member.room());
    member.threads().remove(member);
    member.ids.remove(member.thread().id);
  }

  /** A process, of which this is the only thread, runs natively from now on. */
  void leaves(PrimaryThread thread) {
    forget(thread);
    processes.ended(thread.member.threads());
  }

  /** A thread is none of the primary's any more. */
  void forget(PrimaryThread thread) {
    threads.remove(thread);
    tracees.remove(thread.member.tracee);
    turn.forget(thread);
  }

  /** Number of sites whose calls take the fast path; any thread may ask. */
  public int patchedSites() {
    ProcessModel model = first().member.model();
    return model == null ? 0 : model.patches.patched();
  }

  /** Number of sites that were found to have no form that can be patched. */
  public int slowSites() {
    ProcessModel model = first().member.model();
    return model == null ? 0 : model.patches.unpatchable();
  }

  /** Pid of the root process. */
  public int pid() {
    return first().member.pid();
  }

  @Override
  public Role step() {
    try {
      if (assembly.isComplete()) {
        return assembly.run();
      }
      if (!assembly.isWanted()) {
        PrimaryThread next = turn.next();
        if (next != null) {
          handled = next;
          next.noteOthers();
          return next.standing.goOn();
        }
      }
      Stop stop = await();
      if (stop.kind() == StopKind.NONE || isOfSpawn(stop)) {
        return this;
      }
      assembly.noteStop();
      handled = withTid(stop.pid());
      return handled.stopped(stop);
    } catch (TraceeDiedException e) {
      return this; // its exit event, or its wait status, is what wait4 reports next
    }
  }

  /** Waits for the next stop of any of the threads, or of a child that is still traced. */
  Stop await() {
    boolean many = areSeveral() || !spawns.isEmpty();
    return many ? tracees.await() : first().member.tracee.await();
  }

  /** Handles a stop of a child that is still traced; false if it is none. */
  boolean isOfSpawn(Stop stop) {
    for (Spawn spawn : spawns) {
      if (spawn.tracee().pid() == stop.pid()) {
        if (spawn.stopped(stop)) {
          spawns.remove(spawn);
          tracees.remove(spawn.tracee());
        }
        return true;
      }
    }
    return false;
  }

  /** Whether a process is a child that is still traced. */
  boolean isSpawn(int pid) {
    return spawns.stream().anyMatch(spawn -> spawn.tracee().pid() == pid);
  }

  /** A child runs that is traced until it has a program of its own. */
  void addSpawn(Spawn spawn) {
    spawns.add(spawn);
    tracees.add(spawn.tracee());
  }

  /** The service has borne a child. */
  void noteChild(int pid) {
    if (!hasChildren) {
      hasChildren = true;
      LOG.info("child process {} of the service runs natively: ftrun does not protect it", pid);
    } else {
      LOG.debug("child process {} runs natively", pid);
    }
  }

  /** Number of native children that the service has not waited for; any thread may ask. */
  public int children() {
    return processes.nativeChildren();
  }

  /** A stop is about to be handled. */
  void noteStop() {
    if (FIRST_DEFECT > 0 && ++stops >= FIRST_DEFECT) {
      throw new IllegalStateException(DEFECT);
    }
  }

  private void recordingChanged() {
    threads.forEach(PrimaryThread::updateMode);
  }

  /** Has a replica seeded at the next call boundary; called by the group on the tracer thread. */
  public void requestSeeding() {
    assembly.add(protection::seed);
  }

  /**
   * Has the group told that the service stands still, at its next call boundary; called by the
   * group on the tracer thread. Asked once more before that has come, the call that the service is
   * blocked in is interrupted.
   */
  public void requestStandstill() {
    if (standstillRequested) {
      first().atBoundary.hurry();
      return;
    }
    standstillRequested = true;
    if (areSeveral()) {
      assembly.add(this::standStill);
    } else {
      first().atBoundary.addPatiently(standing -> standStill());
    }
  }

  /** Whether the service maps files shared that it may write to; any thread may ask. */
  public boolean sharesFiles() {
    return processes().stream()
        .map(ProcessThreads::model)
        .anyMatch(model -> model != null && !model.sharedFiles().isEmpty());
  }

  /**
   * Ends protection if somebody has written by a system call to a file that the service maps
   * shared, or has removed a segment that it has attached, if ftrun cannot keep it; called by the
   * group on the tracer thread.
   */
  public void lookAtSharedFiles() {
    for (ProcessThreads process : processes()) {
      String written = process.model().sharedFiles().written();
      if (written != null) {
        requestUnprotected(
            written + ", which the service maps shared, was written to by a system call");
        return;
      }
    }
    String removed = segments.holdRemoved();
    if (removed != null) {
      requestNative(removed);
    }
  }

  private Role standStill() {
    standstillRequested = false;
    if (recording.isOn()) {
      group.standsStill(processes().stream().map(ProcessThreads::followed).toList());
    }
    return null;
  }

  /**
   * Has protection ended at the next call boundary, for a reason that lies outside the service;
   * called by the group on the tracer thread.
   */
  public void requestUnprotected(String reason) {
    assembly.add(() -> protection.giveUp(reason));
  }

  /** As {@link #requestUnprotected}, where the service cannot go on as before. */
  void requestNative(String reason) {
    assembly.add(() -> protection.end(reason));
  }

  /** The replica is gone: events have no reader any more. */
  public void stopRecording() {
    recording.set(false);
  }

  /**
   * Lets the service die of a signal that one of its threads is about to take.
   *
   * @param signal its number
   */
  Role die(PrimaryThread thread, int signal) throws TraceeDiedException {
    return new DyingRole(this).ownDeath(thread, signal);
  }

  /** The service ends by itself. */
  void end() {
    ending = true;
  }

  boolean isEnding() {
    return ending;
  }

  /** The service's registers at the present stop of the only thread are these. */
  PrimaryRole standingAt(Registers service) {
    first().standing.at(service);
    return this;
  }

  @Override
  public Role afterError(Throwable error) {
    String reason = "internal error: " + error;
    if (++failures > MOST_FAILURES) {
      return leave(reason);
    }
    PrimaryThread thread = handled == null ? first() : handled;
    return thread.rescue(reason);
  }

  /**
   * The service is given back as it is, where nothing else has helped: the tracer's thread ends,
   * and the stub finishes what it had begun, as when the daemon dies.
   */
  private Role leave(String reason) {
    LOG.error("process {} is left to itself, as it is", pid());
    try {
      recording.set(false);
    } catch (RuntimeException e) {
      LOG.error("the threads could not be told", e);
    }
    group.dropReplica(reason);
    threads.forEach(thread -> AffinityCalls.restore(thread.member));
    LeftRole.watch(first().member, group);
    group.unprotected(reason);
    return null;
  }
}
