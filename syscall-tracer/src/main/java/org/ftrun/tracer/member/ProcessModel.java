package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.patch.PatchMap;
import org.ftrun.tracer.patch.TrampolineRoom;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.stub.StubRegion;

/**
 * What the tracer knows of a process that neither the kernel nor a clone of the process would tell
 * it; what belongs to a thread is in {@link ThreadModel}. Each member has its own, kept equal by
 * seeing the same calls; a replica starts with a copy.
 */
final class ProcessModel {
  final StubRegion stub;

  /** Where the event log is mapped. */
  final TraceeAddress log;

  final SignalActions actions;

  /** Whether rdtsc faults. */
  boolean timeStampTrapped;

  private TimeStampFences fences = new TimeStampFences();

  /** Whether cpuid faults. */
  boolean cpuidTrapped;

  /** Bit n: descriptor n may be a signalfd; bit 63 is for all from there on. */
  long signalDescriptors;

  /** Whether the process ever made a signalfd. */
  boolean usesSignalDescriptors;

  final IntervalTimer realTimer;

  private SharedFiles sharedFiles = new SharedFiles();
  private PosixTimers posixTimers = new PosixTimers();

  /** The rooms of further threads that are not used. */
  private ThreadRooms rooms = new ThreadRooms();

  /** The patched sites. */
  final PatchMap patches;

  /** Whether the process ever gave a socket a time-out. */
  boolean timesSockets;

  /** Whether the process ever mapped a file shared, if only to read it. */
  boolean sharesFiles;

  /** Whether calls may take the fast path. */
  boolean fastPath;

  /** Address of the vDSO's clock_gettime that the stub uses, or 0. */
  long clock;

  final PersonalState personal = new PersonalState();

  final Children children = new Children();

  ProcessModel(StubRegion stub, TraceeAddress log, SignalActions actions) {
    this(
        stub,
        log,
        actions,
        new IntervalTimer(),
        new PatchMap(new TrampolineRoom(stub.trampolines().value(), StubLayout.TRAMPOLINES_BYTES)));
  }

  private ProcessModel(
      StubRegion stub,
      TraceeAddress log,
      SignalActions actions,
      IntervalTimer realTimer,
      PatchMap patches) {
    this.stub = stub;
    this.log = log;
    this.actions = actions;
    this.realTimer = realTimer;
    this.patches = patches;
  }

  /** The shared mappings of files that may be written to. */
  SharedFiles sharedFiles() {
    return sharedFiles;
  }

  /** The timers that an exec removes and no child inherits. */
  PosixTimers posixTimers() {
    return posixTimers;
  }

  ThreadRooms rooms() {
    return rooms;
  }

  /** Where execution faults, so that rdtsc need not. */
  TimeStampFences fences() {
    return fences;
  }

  /** The process keeps across exec what is not of its memory. */
  void inheritAcrossExec(ProcessModel before) {
    usesSignalDescriptors = before.usesSignalDescriptors;
    signalDescriptors = before.signalDescriptors;
    timesSockets = before.timesSockets;
    realTimer.copyFrom(before.realTimer);
    children.copyFrom(before.children);
    personal.copyFrom(before.personal);
    personal.onExec();
  }

  /**
   * Of a process that one of this one's threads has borne by fork: it has the memory, descriptors
   * and dispositions, but no timers, no children, and no thread beside that one's copy.
   *
   * @param others the rooms of the threads that it has not
   */
  ProcessModel ofChild(List<ThreadRoom> others) {
    ProcessModel child = copy();
    child.realTimer.set(System.nanoTime(), 0, 0);
    child.posixTimers.all().clear();
    child.children.clear();
    child.personal.onFork();
    others.forEach(child.rooms::giveBack);
    return child;
  }

  ProcessModel copy() {
    ProcessModel copy =
        new ProcessModel(stub, log, actions.copy(), realTimer.copy(), patches.copy());
    copy.personal.copyFrom(personal);
    copy.children.copyFrom(children);
    copy.sharedFiles = sharedFiles.copy();
    copy.posixTimers = posixTimers.copy();
    copy.rooms = rooms.copy();
    copy.timeStampTrapped = timeStampTrapped;
    copy.fences = fences.copy();
    copy.cpuidTrapped = cpuidTrapped;
    copy.timesSockets = timesSockets;
    copy.sharesFiles = sharesFiles;
    copy.fastPath = fastPath;
    copy.clock = clock;
    copy.usesSignalDescriptors = usesSignalDescriptors;
    copy.signalDescriptors = signalDescriptors;
    return copy;
  }
}
