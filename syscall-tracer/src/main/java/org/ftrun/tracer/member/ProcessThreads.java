package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The threads of one process of a member, the first one first. For its tracer thread only. */
final class ProcessThreads {
  private final List<MemberThread> all = new ArrayList<>();

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

  List<MemberThread> all() {
    return Collections.unmodifiableList(all);
  }

  void add(MemberThread thread) {
    all.add(thread);
  }

  void remove(MemberThread thread) {
    all.remove(thread);
  }
}
