package org.ftrun.tracer.member;

import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a replica's thread to where the primary's gave up its turn: into the same loop, with the
 * same registers. A loop in the service's own code stops nowhere by itself, so a breakpoint is set
 * in it. For the tracer thread only.
 */
final class ReplicaLoops {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLoops.class);

  private static final long LOOK_AGAIN_MILLIS = 1;
  private static final int LOOKS_A_STOP = 4;
  private static final int LOOKS_ON_THE_WAY = 8;
  private static final long LIMIT_NANOS = 10_000_000_000L;

  private final ReplicaRole role;
  private final Registers target = new Registers();
  private long expected = -1;
  private long since;
  private boolean looking;
  private int looks;

  /** The thread that has the breakpoint, or null. */
  private ReplicaThread onItsWay;

  private int looksOnItsWay;

  /** The event of another thread that waits for the running one, whose processor time then was. */
  private long waiting = -1;

  private long usedBefore;

  ReplicaLoops(ReplicaRole role) {
    this.role = role;
  }

  /** Up to this event there is a YIELD that the service's own thread does not come to by itself. */
  void expect(long sequence) {
    expected = Math.max(expected, sequence);
    since = System.nanoTime();
    look();
  }

  /** Has the thread whose turn it is stopped, until it stands in its loop. */
  private void look() {
    if (looking || role.reader.consumed() >= expected || role.succession.successor() != null) {
      return;
    }
    ReplicaThread current = role.current();
    boolean tooLong = System.nanoTime() - since > LIMIT_NANOS;
    boolean interruptible = current != null && current.isRunning() && !current.call.executing;
    boolean again = onItsWay == null || ++looksOnItsWay % LOOKS_ON_THE_WAY == 0;
    if (interruptible && (again || tooLong)) {
      try {
        current.member.tracee.interrupt();
      } catch (TraceeDiedException e) {
        LOG.debug("the replica died on its way to a loop");
        return;
      }
    }
    looking = true;
    role.group.later(
        LOOK_AGAIN_MILLIS,
        () -> {
          looking = false;
          look();
        });
  }

  /**
   * Whether the running thread, stopped by an interrupt with its registers read, is to come to a
   * loop next.
   */
  boolean isNext(ReplicaThread thread) throws TraceeDiedException {
    if (role.reader.consumed() >= expected || thread.call.executing) {
      return false;
    }
    Event event = role.reader.peek();
    return event != null
        && event.kind() == EventKind.YIELD
        && event.threadId() == thread.id()
        && !thread.member.hasOwnSignalPending()
        && !thread.member.fastPath.isInside(thread.member.now.rip());
  }

  /**
   * Whether the running thread is to be stopped once more, for it may be in another one's way. What
   * the next event is can only be known while it stands: it consumes by itself.
   */
  boolean mayBeInTheWay() {
    return role.threads().size() > 1 && ++looks % LOOKS_A_STOP == 0;
  }

  private boolean isOthersTurn(ReplicaThread running) {
    Event event = role.reader.peek();
    return event != null && event.threadId() != running.id();
  }

  /**
   * Whether the running thread, stopped with its registers read, may stand where it is for another
   * one's event, now that the log is sealed. Where a dead primary's threads were in calls, their
   * results came into the log last, while the one with the turn was anywhere in its code. In a loop
   * it stays there; and it is beyond where it died if it has computed for longer than a primary
   * may.
   */
  boolean mayStandAside(ReplicaThread thread) throws TraceeDiedException {
    MemberThread member = thread.member;
    boolean inCode =
        !thread.call.executing
            && !member.hasOwnSignalPending()
            && !member.fastPath.isInside(member.now.rip());
    if (!inCode || onItsWay != null || !isOthersTurn(thread)) {
      return false;
    }
    long used = ProcessorTime.ofThread(member.processId(), member.pid());
    long event = role.reader.peek().sequence();
    if (waiting != event) {
      waiting = event;
      usedBefore = used;
    }
    return used - usedBefore > 2 * TurnWatch.LONGEST_COMPUTING_MILLIS
        || SpinLoop.isAt(member, member.now);
  }

  /** Has the thread come to the loop that the next event tells. */
  Role comeTo(ReplicaThread thread) throws TraceeDiedException {
    Event event = role.reader.peek();
    if (event.payloadLength() != Registers.BYTES) {
      return role.diverged("event " + event.sequence() + " has no registers");
    }
    target.takeFrom(event.payload(), event.payload().position());
    if (System.nanoTime() - since > LIMIT_NANOS) {
      return role.diverged(
          "event "
              + event.sequence()
              + ": the replica does not come to the loop of the primary's thread "
              + thread.id()
              + ", which stood at "
              + target
              + ", the replica's is at "
              + thread.member.now);
    }
    if (onItsWay == null) {
      thread.member.tracee.breakAt(target.rip());
      onItsWay = thread;
    }
    lead(thread.member);
    return thread.member.tracee.hasUnreadStop() ? role : arrived(thread);
  }

  /**
   * There are machines whose debug registers do nothing. What is in a loop already is led through
   * it, to the registers that are looked for.
   */
  private void lead(MemberThread member) throws TraceeDiedException {
    Registers now = member.now;
    if (now.goesOnLike(target) || !SpinLoop.isAt(member, now)) {
      return;
    }
    boolean stepped = true;
    for (int i = 0; i < SpinLoop.LONGEST && stepped && !now.goesOnLike(target); i++) {
      stepped = SpinLoop.step(member, now);
    }
  }

  /** Whether a SIGTRAP is of the breakpoint. */
  boolean isBreak(ReplicaThread thread, int code) {
    return onItsWay == thread && code == SpinLoop.TRAP_HWBKPT;
  }

  /** The thread has come to an instruction of the loop. */
  Role arrived(ReplicaThread thread) throws TraceeDiedException {
    MemberThread member = thread.member;
    Registers now = member.now;
    if (now.goesOnLike(target)) {
      member.tracee.endBreak();
      if (SpinLoop.isAt(member, now)) {
        onItsWay = null;
        role.reader.consume();
        thread.standInLoop(now.copy());
        return role;
      }
      member.tracee.breakAt(target.rip());
    } else if (now.rip() == target.rip()) {
      SpinLoop.step(member, now);
    }
    if (!member.tracee.hasUnreadStop()) { // else something has come that is handled first
      member.tracee.resume(0);
    }
    return role;
  }
}
