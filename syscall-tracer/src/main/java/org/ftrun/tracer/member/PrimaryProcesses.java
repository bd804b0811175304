package org.ftrun.tracer.member;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a member that serves, the root first, each with what it has of {@link
 * AdoptedChildren}. For the tracer thread only but for {@link #pids} and {@link #nativeChildren}.
 */
final class PrimaryProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(PrimaryProcesses.class);

  private final PrimaryRole role;
  private final List<ProcessThreads> all = new CopyOnWriteArrayList<>();
  private final Map<ProcessThreads, AdoptedChildren> adopted = new HashMap<>();

  PrimaryProcesses(PrimaryRole role) {
    this.role = role;
  }

  /** A thread is one of this process. */
  void add(ProcessThreads process) {
    if (!all.contains(process)) {
      all.add(process);
      adopted.put(process, new AdoptedChildren(role, process));
    }
  }

  List<ProcessThreads> all() {
    return all;
  }

  /** Whether there is another one than the root that goes on. */
  boolean hasFurther() {
    return all.stream().anyMatch(process -> !process.first().ids.isRoot() && !process.isLeaving());
  }

  List<Integer> pids() {
    return all.stream()
        .filter(process -> !process.isOnProbation())
        .map(process -> process.first().pid())
        .toList();
  }

  /** How many times they have attached a segment. */
  long attachments(SharedSegment segment) {
    return all.stream()
        .mapToLong(process -> process.model().sharedFiles().attachments(segment))
        .sum();
  }

  /** How many children of theirs run natively. */
  int nativeChildren() {
    return all.stream()
        .map(ProcessThreads::model)
        .mapToInt(model -> model == null ? 0 : model.children.count())
        .sum();
  }

  /** Whether a process has children that it has not borne itself. */
  boolean haveAdopted() {
    return adopted.values().stream().anyMatch(children -> !children.isEmpty());
  }

  /** The children that a process has not borne itself. */
  AdoptedChildren adopted(ProcessThreads process) {
    return adopted.get(process);
  }

  /** A process that is not the root has come to its end. */
  void ended(ProcessThreads process) {
    process.first().ids.remove(process.id());
    remove(process);
    tellParents(process);
  }

  private void tellParents(ProcessThreads ended) {
    all.forEach(other -> adopted.get(other).memberEnded(ended.id()));
  }

  private void remove(ProcessThreads process) {
    all.remove(process);
    adopted.remove(process);
    LOG.debug("process {} is none of the service's any more", process.id());
    role.segments.release();
    for (ProcessThreads other : all) {
      if (other.first().ids.parentPid() == process.id()) {
        other.first().fastPath.tellParent();
      }
    }
  }

  /**
   * A process ends because the service wants it. The replica's has ended when this returns: it has
   * the same descriptors.
   *
   * @param teller a thread that has the turn
   * @param end as {@link ProcessEnd} has it
   */
  void ends(PrimaryThread teller, ProcessThreads process, byte[] end) {
    process.leave(end);
    tellEnd(teller.recorder, process);
    teller.recorder.awaitReplica();
    teller.recorder.mute(teller.member.threads() == process);
  }

  /**
   * Nothing that a process does behind the event of its end is told: one that was killed may have
   * stood behind a call, and is not seen to be dead before it goes on.
   */
  private void mute(ProcessThreads process, EventRecorder teller) {
    for (PrimaryThread thread : role.threads()) {
      if (thread.member.threads() == process && thread.recorder != teller) {
        thread.recorder.mute(true);
      }
    }
  }

  /** The log is told of the end of a process that leaves. */
  void tellEnd(EventRecorder recorder, ProcessThreads process) {
    byte[] end = process.takeUntoldEnd();
    if (end != null) {
      all.forEach(other -> ProcessEnd.note(other, process, end));
      recorder.publishEnd(process.first().thread().id, end);
      mute(process, recorder);
      if (!all.contains(process)) {
        tellParents(process); // killed, and gone before the call that did it had returned
      }
    }
  }

  /**
   * Whether a process, of which this is a thread, can go on natively while the others go on as
   * members: it shares no memory with them.
   */
  boolean mayLeave(PrimaryThread thread) {
    MemberThread member = thread.member;
    return isFurtherOfOneThread(member)
        && !member.model().children.hasMembers()
        && !ChildBirth.wouldShare(member);
  }

  static boolean isFurtherOfOneThread(MemberThread member) {
    return !member.ids.isRoot() && !member.threads().areSeveral();
  }

  /**
   * A further process runs natively from here on, as a child that shares nothing.
   *
   * @param thread its only one, which has the turn
   * @param service its registers as the service sees them
   * @param reason for the log
   */
  Role leave(PrimaryThread thread, Registers service, String reason) throws TraceeDiedException {
    MemberThread member = thread.member;
    ProcessThreads process = member.threads();
    ends(thread, process, ProcessEnd.left(process));
    LOG.info("child process {} runs natively from here on: {}", process.id(), reason);
    thread.standing.at(service);
    Unbinding unbinding = new Unbinding(member, role.group.log().layout().totalBytes(), true);
    unbinding.undo(List.of(thread.ending.leaveForNative()));
    unbinding.detach();
    role.forget(thread);
    remove(process);
    member.ids.leave(process.id(), member.pid());
    all.forEach(other -> adopted.get(other).memberLeft(process.id()));
    return role;
  }
}
