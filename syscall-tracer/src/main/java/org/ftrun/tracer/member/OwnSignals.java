package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a stopped process send signals to itself, which may carry any siginfo (rt_sigqueueinfo(2)),
 * so that what we kept of them is in the kernel again. They are to be blocked meanwhile: what is
 * let through would be delivered at once, and held.
 */
final class OwnSignals {
  private static final Logger LOG = LoggerFactory.getLogger(OwnSignals.class);

  private static final Comparator<byte[]> KERNEL_ORDER =
      Comparator.<byte[]>comparingInt(info -> (bitOf(info) & SignalActions.OWNED) != 0 ? 0 : 1)
          .thenComparingInt(HeldSignals::signalOf);

  private final MemberThread member;

  OwnSignals(MemberThread member) {
    this.member = member;
  }

  /** Makes a signal pending for the thread. */
  void queue(byte[] siginfo) throws TraceeDiedException {
    long address = write(siginfo);
    int signal = HeldSignals.signalOf(siginfo);
    check(
        siginfo,
        inject(SyscallNumber.RT_TGSIGQUEUEINFO, member.processId(), member.pid(), signal, address));
  }

  /** Makes a signal pending for the process. */
  void queueShared(byte[] siginfo) throws TraceeDiedException {
    long address = write(siginfo);
    int signal = HeldSignals.signalOf(siginfo);
    check(siginfo, inject(SyscallNumber.RT_SIGQUEUEINFO, member.processId(), signal, address));
  }

  /**
   * Gives the kernel those hidden signals that the service no longer blocks. If there are any, all
   * signals are blocked afterwards, until a handler's return restores the mask.
   */
  void queueReleased() throws TraceeDiedException {
    long hidden = member.thread().hiddenMask;
    byte[] siginfo = member.hiddenPending.peekUnmasked(hidden);
    while (siginfo != null) {
      member.tracee.setSignalMask(-1);
      queue(siginfo);
      member.hiddenPending.remove(siginfo);
      siginfo = member.hiddenPending.peekUnmasked(hidden);
    }
  }

  /**
   * Gives the kernel the hidden signals that are no longer blocked, but for the first in its order:
   * the lowest number, those that faults have before the others (next_signal of kernel/signal.c).
   * The thread is at the delivery of a signal, and stays there.
   *
   * @param hidden those that stay blocked
   * @return the first, which stays hidden
   */
  byte[] queueAllButFirst(long hidden) throws TraceeDiedException {
    List<byte[]> released = new ArrayList<>(member.hiddenPending.all());
    released.removeIf(siginfo -> (hidden & bitOf(siginfo)) != 0);
    byte[] first = Collections.min(released, KERNEL_ORDER);
    released.remove(first);
    if (released.isEmpty()) {
      return first;
    }
    long mask = member.tracee.signalMask();
    member.tracee.setSignalMask(-1);
    for (byte[] siginfo : released) {
      queue(siginfo);
      member.hiddenPending.remove(siginfo);
    }
    // SIGTRAP is the first of the owned signals, so it is not among those that were queued.
    member.tracee.setSignalMask(~SignalActions.bit(Signal.SIGTRAP));
    member.inject(SyscallNumber.GETPID);
    member.tracee.setSignalMask(mask);
    return first;
  }

  private static long bitOf(byte[] siginfo) {
    return SignalActions.bit(HeldSignals.signalOf(siginfo));
  }

  /** Gives the kernel a signal that it blocks, and leaves the thread's mask as it is. */
  void queueBlocked(byte[] siginfo) throws TraceeDiedException {
    long mask = member.tracee.signalMask();
    member.tracee.setSignalMask(-1);
    queue(siginfo);
    member.tracee.setSignalMask(mask);
  }

  /**
   * Gives the kernel the held signals that are not held back, in their order; it delivers them when
   * the thread goes on.
   *
   * @param heldBack signals that stay held
   */
  void queueHeld(long heldBack) throws TraceeDiedException {
    long mask = member.tracee.signalMask();
    member.tracee.setSignalMask(-1);
    byte[] siginfo = member.held.peekUnmasked(heldBack);
    while (siginfo != null) {
      queue(siginfo);
      member.held.remove(siginfo);
      siginfo = member.held.peekUnmasked(heldBack);
    }
    member.tracee.setSignalMask(mask);
  }

  /** A trap needs SIGTRAP not to be blocked. */
  private long inject(long number, long... arguments) throws TraceeDiedException {
    boolean trap = (member.tracee.signalMask() & SignalActions.bit(Signal.SIGTRAP)) == 0;
    return trap ? member.inject(number, arguments) : member.injectWithoutTrap(number, arguments);
  }

  private long write(byte[] siginfo) {
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().writeBytes(scratch, siginfo);
    return scratch.value();
  }

  private static void check(byte[] siginfo, long result) {
    if (result != 0) {
      LOG.warn(
          "signal {} cannot be queued again: errno {}", HeldSignals.signalOf(siginfo), -result);
    }
  }
}
