package org.ftrun.tracer.member;

import java.util.ArrayDeque;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be done while all threads of a primary stand where the service's registers are known:
 * to be copied, or released. Threads that wait in calls are interrupted and go on afterwards as if
 * nothing had been. For the tracer thread only.
 */
final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private final PrimaryRole role;
  private final ArrayDeque<Action> waiting = new ArrayDeque<>();

  /** Whether a thread has died under an action, and its stop that says so is yet to come. */
  private boolean broken;

  /** What concerns all threads. */
  interface Action {
    /**
     * Does it; each thread's {@link PrimaryStanding} tells its registers.
     *
     * @return the next role, or null to go on as before
     */
    Role run() throws TraceeDiedException;
  }

  Assembly(PrimaryRole role) {
    this.role = role;
  }

  /** Has something done as soon as all threads have come to a call boundary. */
  void add(Action action) {
    if (!role.areSeveral()) {
      PrimaryThread only = role.first();
      only.atBoundary.add(
          service -> {
            only.standing.at(service);
            return action.run();
          });
      return;
    }
    waiting.add(action);
    for (PrimaryThread thread : role.threads()) {
      if (!thread.standing.isStanding()) {
        thread.atBoundary.interrupt();
      }
    }
  }

  /** Whether threads that come to a call boundary are to stand there. */
  boolean isWanted() {
    return !waiting.isEmpty();
  }

  /** Whether all threads stand. */
  boolean isComplete() {
    if (waiting.isEmpty() || broken) {
      return false;
    }
    for (PrimaryThread thread : role.threads()) {
      if (!thread.standing.isStanding()) {
        return false;
      }
    }
    return true;
  }

  /** A thread has stopped, or ended. */
  void noteStop() {
    broken = false;
  }

  /**
   * Does what waits, then lets the threads go on. If one dies meanwhile, what was begun is done
   * again, perhaps without it.
   */
  Role run() throws TraceeDiedException {
    while (!waiting.isEmpty()) {
      Action action = waiting.remove();
      Role next;
      try {
        next = action.run();
      } catch (TraceeDiedException e) {
        broken = true;
        waiting.addFirst(action);
        throw e;
      }
      if (next != null) {
        return next;
      }
    }
    LOG.debug("{} threads go on", role.threads().size());
    for (PrimaryThread thread : role.threads()) {
      goOn(thread);
    }
    return role;
  }

  private static void goOn(PrimaryThread thread) {
    try {
      thread.standing.afterAssembly();
    } catch (TraceeDiedException e) {
      LOG.debug("thread {} has died, as its next stop will say", thread.member.pid());
    }
  }
}
