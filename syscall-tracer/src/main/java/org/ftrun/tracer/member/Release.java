package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Gives a stopped primary back to itself: all that interception changed in the process is undone,
 * then it is detached. What stays is the stub's region, where nothing is executed but what follows
 * a call that was interrupted at a patched site, and the hidden vDSO: clocks are read by system
 * calls.
 */
final class Release {
  private static final int SYS_MUNMAP = 11;
  private static final int SYS_RT_SIGACTION = 13;

  private final Member member;
  private final GroupLink group;

  Release(Member member, GroupLink group) {
    this.member = member;
    this.group = group;
  }

  /** Lets the service run natively from the given registers on. */
  Role release(Registers service) throws TraceeDiedException {
    ProcessModel model = member.model();
    member.fastPath.remove(service);
    model.fences().lower(member);
    Confinement.lift(member);
    long mask = member.tracee.signalMask();
    // What is queued now must stay in the kernel until the service runs by itself, and a trap would
    // undo a disposition: nothing is let through, and no call of ours traps from here on.
    member.tracee.setSignalMask(-1);
    restoreActions(model);
    OwnSignals signals = new OwnSignals(member);
    member.held.wake();
    while (!member.held.isEmpty()) {
      signals.queue(member.held.take());
    }
    while (!member.hiddenPending.isEmpty()) {
      signals.queue(member.hiddenPending.take());
    }
    long logBytes = group.log().layout().totalBytes();
    member.injectWithoutTrap(SYS_MUNMAP, model.log.value(), logBytes);
    member.tracee.setSignalMask(mask | model.hiddenMask);
    service.originalRax(-1);
    member.tracee.writeRegisters(service);
    member.tracee.detach(0);
    return new NativeRole(member, group);
  }

  /** Gives the kernel the dispositions that it was not told because we own the signals. */
  private void restoreActions(ProcessModel model) throws TraceeDiedException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
    TraceeAddress scratch = model.stub.scratch();
    for (int signal = 1; signal <= 64; signal++) {
      SignalAction action = model.actions.of(signal);
      boolean owned = (SignalActions.OWNED & SignalActions.bit(signal)) != 0;
      if (owned || (action.mask() & SignalActions.OWNED) != 0) {
        bytes.putLong(0, action.handler()).putLong(8, action.flags());
        bytes.putLong(16, action.restorer()).putLong(24, action.mask());
        member.tracee.memory().write(scratch, bytes);
        member.injectWithoutTrap(SYS_RT_SIGACTION, signal, scratch.value(), 0, 8);
      }
    }
  }
}
