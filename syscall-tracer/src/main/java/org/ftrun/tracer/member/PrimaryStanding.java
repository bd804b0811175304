package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Where a thread of the primary stands while it must not go on: it waits for the {@link Turn}, or
 * for the {@link Assembly}. Its stop has been read by then, so its registers are such that the
 * thread goes on rightly if its tracer dies and it is let go without a signal.
 */
final class PrimaryStanding {
  /** How a thread stands. */
  private enum How {
    /** It does not: it runs, or the kernel works on its call. */
    NOT,
    /** At its first instruction: it has just been born. */
    BORN,
    /** At the site of a call that has not begun. */
    AT_SITE,
    /** In its own code. */
    IN_CODE,
    /** In a call that an interruption of ours has ended for now. */
    IN_CALL,
    /** Behind a call that has returned and is not recorded. */
    RETURNED,
    /** At a stop for which it needs the turn: a signal, or a call that has returned. */
    AT_STOP
  }

  private final PrimaryThread thread;
  private How how = How.NOT;
  private Registers service;
  private StopKind stop;
  private int signal;
  private byte[] siginfo;

  /** As {@link #siginfo}, whoever has caused the signal; null unless it stands at one. */
  private byte[] anySiginfo;

  /** Whether calls of ours may have been made where it stands: its signal is not there any more. */
  private boolean disturbed;

  PrimaryStanding(PrimaryThread thread) {
    this.thread = thread;
  }

  boolean isStanding() {
    return how != How.NOT;
  }

  /**
   * Whether the service's code is what it would run next, without the tracer having a hand in it.
   */
  boolean isIdle() {
    return how == How.BORN || how == How.AT_SITE;
  }

  /** Whether it stands at a call, begun or not, that has not been recorded. */
  boolean isAtCall() {
    return how == How.AT_SITE || how == How.IN_CALL || how == How.RETURNED || how == How.AT_STOP;
  }

  /** Whether it has not run yet. */
  boolean isBorn() {
    return how == How.BORN;
  }

  /** Whether it gave up its turn in a loop of its own code. */
  boolean isInLoop() {
    return how == How.IN_CODE && !thread.role.turn.isHeldBy(thread);
  }

  /** The registers as the service sees them, not yet in the thread. */
  Registers service() {
    return service;
  }

  /** The only thread is stopped with these registers, and goes on by itself. */
  void at(Registers registers) {
    service = registers;
  }

  /** It goes on as soon as it has the turn. */
  void awaitTurn() {
    thread.role.turn.await(thread);
    thread.role.watch.awaited();
  }

  private Role stand(How where, Registers registers) {
    how = where;
    service = registers;
    thread.updateMode();
    return thread.role;
  }

  /** A newborn thread waits for the turn. */
  void born(Registers registers) throws TraceeDiedException {
    thread.member.tracee.writeRegisters(registers);
    thread.member.tracee.read();
    stand(How.BORN, registers);
    awaitTurn();
  }

  /** Stands at the site of the call that it has come to. */
  Role atSite() throws TraceeDiedException {
    thread.member.tracee.writeRegisters(thread.call.atSite);
    thread.member.tracee.read();
    return stand(How.AT_SITE, thread.call.atSite);
  }

  /** Stands at the site and waits for the turn, which another has. */
  Role atSiteForTurn() throws TraceeDiedException {
    atSite();
    thread.role.turn.release(thread);
    awaitTurn();
    return thread.role;
  }

  /** Stands in its own code, with these registers. */
  Role inCode(Registers registers) throws TraceeDiedException {
    thread.member.tracee.writeRegisters(registers);
    thread.member.tracee.read();
    return stand(How.IN_CODE, registers);
  }

  /** Stands in a loop of its own code, which it does not leave before others have run. */
  Role inLoop(Registers registers) throws TraceeDiedException {
    inCode(registers);
    thread.role.turn.release(thread);
    awaitTurn();
    return thread.role;
  }

  /** Stands in a call that was interrupted, as noted. */
  Role inCall() {
    thread.member.tracee.read();
    return stand(How.IN_CALL, thread.call.atSite);
  }

  /** Stands behind its call, whose result is known, and waits for the turn. */
  Role returned(Registers stopped) throws TraceeDiedException {
    thread.call.answered(stopped.rax());
    // At the trap once more, which leads to the stub's handler if the tracer dies.
    stopped.rip(thread.member.model().stub.trapAfterCall());
    thread.member.tracee.writeRegisters(stopped);
    thread.member.tracee.read();
    awaitTurn();
    return stand(How.RETURNED, thread.call.atSite);
  }

  /** Stands at a stop that can be handled with the turn only. */
  Role atStop(StopKind kind, int withSignal) throws TraceeDiedException {
    siginfo = null;
    anySiginfo = null;
    disturbed = false;
    if (kind == StopKind.SIGNAL) {
      anySiginfo = new byte[HeldSignals.SIGINFO_BYTES];
      thread.member.tracee.readSiginfo(withSignal, anySiginfo);
      siginfo = PrimarySignals.isSynchronous(withSignal, anySiginfo) ? null : anySiginfo;
    }
    thread.member.tracee.read();
    stop = kind;
    signal = withSignal;
    awaitTurn();
    return stand(How.AT_STOP, thread.call.atSite);
  }

  /** The signal at whose stop it stands and that a successor is to get, or null. */
  byte[] signalAtStop() {
    return how == How.AT_STOP ? siginfo : null;
  }

  /** The assembly is over: who stood for it alone goes on, the others wait for the turn. */
  void afterAssembly() throws TraceeDiedException {
    disturbed = true;
    if (how == How.IN_CALL || thread.role.turn.isHeldBy(thread)) {
      goOn();
    } else {
      awaitTurn();
    }
  }

  /** Goes on; it has the turn, or stands in a call. */
  Role goOn() throws TraceeDiedException {
    How from = how;
    how = How.NOT;
    thread.role.turn.goesOn(
        thread); // else it would be given the turn while the kernel has its call
    thread.updateMode();
    switch (from) {
      case BORN:
        thread.recorder.publishStart();
        thread.member.tracee.writeRegisters(service);
        thread.member.tracee.resume(0);
        return thread.role;
      case AT_SITE:
        return thread.atCall();
      case IN_CODE:
        thread.member.tracee.writeRegisters(service);
        thread.member.tracee.resume(0);
        return thread.role;
      case IN_CALL:
        return thread.goOnInCall();
      case RETURNED:
        return thread.returned();
      case AT_STOP:
        if (disturbed && anySiginfo != null) {
          thread.member.tracee.writeSiginfo(anySiginfo);
        }
        return thread.handle(stop, signal);
      default:
        return thread.role;
    }
  }
}
