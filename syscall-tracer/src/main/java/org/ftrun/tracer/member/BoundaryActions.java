package org.ftrun.tracer.member;

import java.util.ArrayDeque;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done while a primary's service stands at a call boundary, in the order in which it
 * was asked for. For the tracer thread only.
 */
final class BoundaryActions {
  private static final Logger LOG = LoggerFactory.getLogger(BoundaryActions.class);

  private final MemberThread member;
  private final ArrayDeque<Action> waiting = new ArrayDeque<>();

  /** Something to be done there; it may end the role. */
  interface Action {
    /**
     * Does it.
     *
     * @param service the registers as the service sees them, not yet in the thread
     * @return the next role, or null to go on as before
     */
    Role run(Registers service) throws TraceeDiedException;
  }

  BoundaryActions(MemberThread member) {
    this.member = member;
  }

  /**
   * Has something done at the next call boundary, interrupting the call that the service is blocked
   * in.
   */
  void add(Action action) {
    waiting.add(action);
    interrupt();
  }

  /** Whether nothing waits to be done. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Has something done when the service comes to its next call boundary by itself. */
  void addPatiently(Action action) {
    waiting.add(action);
    member.fastPath.requestStop();
  }

  /** Has the service come to its next call boundary, out of a call that it is blocked in. */
  void interrupt() {
    member.fastPath.requestStop();
    hurry();
  }

  /** Interrupts the call that the service is blocked in, for what waits. */
  void hurry() {
    try {
      member.tracee.interrupt();
    } catch (TraceeDiedException e) {
      LOG.debug("the primary died before its next call boundary");
    }
  }

  /**
   * Does what waits, as far as the role does not end.
   *
   * @param service the registers as the service sees them, not yet in the thread
   * @return the next role, or null to go on as before
   */
  Role run(Registers service) throws TraceeDiedException {
    while (!waiting.isEmpty()) {
      Role next = waiting.remove().run(service);
      if (next != null) {
        return next;
      }
    }
    return null;
  }
}
