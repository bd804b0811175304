package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The threads of one process of a member, the first one first. For its tracer thread only. */
final class ProcessThreads {
  private final List<MemberThread> all = new ArrayList<>();
  private final List<Integer> clones = new ArrayList<>();
  private byte[] end;
  private boolean endTold;
  private volatile boolean onProbation;

  ProcessThreads(MemberThread first) {
    all.add(first);
  }

  /** The thread whose id is the process's. */
  MemberThread first() {
    return all.get(0);
  }

  /** Whether there is more than one. */
  boolean areSeveral() {
    return all.size() > 1;
  }

  /** By which the service knows the process: the id of its first thread. */
  int id() {
    return first().ids.pid();
  }

  ProcessModel model() {
    return first().model();
  }

  /** Whether it is yet to be found out if it is to be a member; any thread may ask. */
  boolean isOnProbation() {
    return onProbation;
  }

  void setOnProbation(boolean value) {
    onProbation = value;
  }

  /** Clones of ours that are the process's children in the kernel's eyes, and not reaped yet. */
  List<Integer> clones() {
    return clones;
  }

  /**
   * The service has decided that the process ends: that is no death of the member.
   *
   * @param how as {@link ProcessEnd} has it
   */
  void leave(byte[] how) {
    end = how;
  }

  /** It does not end after all. */
  void stay() {
    end = null;
  }

  /** Whether the service has decided that the process ends. */
  boolean isLeaving() {
    return end != null;
  }

  /** How it ends, if the log does not tell yet, else null; asked by who tells it. */
  byte[] takeUntoldEnd() {
    byte[] untold = endTold ? null : end;
    endTold |= end != null;
    return untold;
  }

  /** What is told of it to who follows the log. */
  FollowedProcess followed() {
    return new FollowedProcess(
        first().pid(), id(), all.stream().map(thread -> thread.thread().id).toList());
  }

  List<MemberThread> all() {
    return Collections.unmodifiableList(all);
  }

  void add(MemberThread thread) {
    all.add(thread);
  }

  /** A thread has ended; the last one stays, as what is known of the process. */
  void remove(MemberThread thread) {
    if (all.size() > 1) {
      all.remove(thread);
    }
  }
}
