package org.ftrun.tracer.member;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.syscall.SyscallRole;

/**
 * Lets neither wait for ever: a call of the primary for signals that come faster than their
 * handlers return, nor a held signal for a call that is not made, or does not end.
 */
final class SignalFairness {
  private static final long LONGEST_HOLD_MILLIS = 1000;
  private static final long SHORTEST_TURN_MILLIS = 1;
  private static final int MOST_HANDLED_BEFORE = 64;

  /** More handlers than signals can have been held since the call before. */
  private static final int MOST_HANDLERS_BEFORE = 1000;

  /** Timers that expire more often than that are not to take all of the service's time. */
  private static final long SHORTEST_PERIOD_NANOS = 500_000;

  private static final long REST_MILLIS = 1;
  private static final long INTERVAL_TIMERS =
      SignalActions.bit(Signal.SIGALRM)
          | SignalActions.bit(Signal.SIGVTALRM)
          | SignalActions.bit(Signal.SIGPROF);

  private final PrimaryThread primary;
  private final MemberThread member;
  private final CallInFlight call;
  private long callsBegun;

  /** How many signals in a row had their turn before a call that replaces handlers. */
  private int handlersBefore;

  /** When a handler was entered last, System.nanoTime(). */
  private long delivered = System.nanoTime() - SHORTEST_PERIOD_NANOS;

  /**
   * The calls before which a handler ran, by site and stack pointer, the latest last, and whether
   * that was installed with SA_RESTART. When one of them is come to again it has its turn, whatever
   * is held: signals that come faster than handlers return would keep it from being made for ever.
   */
  private final Map<Long, Boolean> handledBefore = new LinkedHashMap<>();

  SignalFairness(PrimaryThread primary) {
    this.primary = primary;
    this.member = primary.member;
    this.call = primary.call;
  }

  /** The service has come to a call. */
  void noteCall() {
    callsBegun++;
  }

  /** How many calls it has come to. */
  long calls() {
    return callsBegun;
  }

  /** A signal's handler is to run before the call that the service has come to. */
  void noteHandledBefore(int signal) {
    handledBefore.put(key(), member.model().actions.of(signal).restarts());
    if (handledBefore.size() > MOST_HANDLED_BEFORE) {
      handledBefore.remove(handledBefore.keySet().iterator().next()); // left by longjmp long ago
    }
  }

  /** A handler returns: the call before which it ran may be the next, and must not be missed. */
  void noteReturn() {
    if (!handledBefore.isEmpty()) {
      member.fastPath.requestStop();
    }
  }

  /**
   * Whether a held signal is to be delivered before the call that the service has come to. One that
   * rests does so no longer where the call would make a difference to it, and none is left over
   * where its handler is replaced: natively it would have come before, and behind a timer's end it
   * may be deadly.
   */
  boolean isSignalsTurn() {
    SyscallRole role = call.resolution.role();
    Boolean restarts = handledBefore.remove(key());
    boolean callsTurn = restarts != null;
    if (role.replacesHandlers() && handlersBefore < MOST_HANDLERS_BEFORE) {
      callsTurn = false;
    }
    if (!callsTurn && role.concernsSignals()) {
      member.held.wake();
    }
    boolean signalsTurn = isSignalWaiting() && !callsTurn;
    if (restarts != null && !signalsTurn) {
      call.signalled = true;
      call.signalRestarts = restarts;
    }
    if (role.replacesHandlers()) {
      handlersBefore = signalsTurn ? handlersBefore + 1 : 0;
    }
    return signalsTurn;
  }

  private long key() {
    return call.site * 31 + call.atSite.rsp();
  }

  /** A handler is being entered. */
  void noteDelivery() {
    delivered = System.nanoTime();
  }

  /**
   * Holds a signal for the next call; one of an interval timer for a while longer after a handler:
   * where the delivery of a signal takes longer than the timer, the service would do nothing else.
   */
  void hold(int signal, byte[] siginfo) {
    if (isTooSoon(signal, siginfo)) {
      rest(siginfo);
    } else {
      member.held.add(siginfo);
      holdForNextCall();
    }
  }

  /** Whether the signal is one of an interval timer that comes too shortly after a handler. */
  boolean isTooSoon(int signal, byte[] siginfo) {
    boolean ofInterval =
        (INTERVAL_TIMERS & SignalActions.bit(signal)) != 0
            && HeldSignals.codeOf(siginfo) == PrimaryThread.SI_KERNEL;
    return (ofInterval || PosixTimers.isOfTimer(siginfo))
        && System.nanoTime() - delivered < SHORTEST_PERIOD_NANOS;
  }

  /** Keeps a signal that comes too soon. */
  void rest(byte[] siginfo) {
    if (member.held.rest(siginfo)) {
      primary.group.later(REST_MILLIS, this::endRest);
    }
  }

  private void endRest() {
    member.held.wake();
    if (!member.held.isEmpty()) {
      holdForNextCall();
      primary.atBoundary.add(service -> null); // also out of a call that it has begun to wait in
    }
  }

  /**
   * Whether a signal is held that the service is to notice. One without effect must not be the
   * reason for which a call ends early.
   */
  boolean isSignalWaiting() {
    member.held.dropIf(member.model().actions::isWithoutEffect);
    return !member.held.isEmpty();
  }

  /**
   * A signal is held for the next call. If none comes, the service would miss the signal for as
   * long as it computes, which it must not: then it is better unprotected.
   */
  void holdForNextCall() {
    member.fastPath.requestStop();
    long begunBefore = callsBegun;
    primary.group.later(
        LONGEST_HOLD_MILLIS,
        () -> {
          if (callsBegun == begunBefore && !member.held.isEmpty() && !call.executing) {
            primary.role.requestNative(
                "a signal waited a second while the service made no system call");
          }
        });
  }

  /**
   * The call is being made while a signal is held. It is not to wait while a signal does; but
   * interrupted at once it would not even begin. Nor is it to wait if a handler has run before it
   * for a signal that came earlier: the service may have looked for it in vain since then.
   */
  void limitTurn() {
    if (call.executing && call.resolution.mayBlock() && (call.signalled || isSignalWaiting())) {
      long begun = callsBegun;
      primary.group.later(SHORTEST_TURN_MILLIS, () -> endTurn(begun));
    }
  }

  private void endTurn(long begun) {
    if (callsBegun == begun && call.executing) {
      primary.atBoundary.add(service -> null);
    }
  }
}
