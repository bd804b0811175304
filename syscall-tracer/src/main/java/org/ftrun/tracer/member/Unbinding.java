package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Undoes all that interception changed in a stopped process, a primary that is given up or a child
 * that the service has borne. What stays is the stub's region, where nothing is executed but what
 * follows a call that was interrupted at a patched site and, in the former, what keeps its pid
 * ({@link IdsAfterwards}); and the hidden vDSO: clocks are read by system calls.
 */
final class Unbinding {
  private final MemberThread member;
  private final long logBytes;
  private final boolean keepsIds;

  /**
   * Of a process all of whose threads stand.
   *
   * @param member its first thread
   * @param logBytes how much of the event log is mapped
   * @param keepsIds whether it has known itself by another pid than the kernel's, and shall go on
   *     so
   */
  Unbinding(MemberThread member, long logBytes, boolean keepsIds) {
    this.member = member;
    this.logBytes = logBytes;
    this.keepsIds = keepsIds;
  }

  /**
   * Makes the process natively again; it still stands.
   *
   * @param services the registers that its threads are to have, the first one's first; changed
   */
  void undo(List<Registers> services) throws TraceeDiedException {
    ProcessModel model = member.model();
    List<MemberThread> threads = member.threads().all();
    for (MemberThread thread : threads) {
      thread.fastPath.setMode(StubArea.Mode.SLOW);
    }
    DaemonFault.reached(DaemonFault.Step.LEAVING, member.pid());
    member.fastPath.remove();
    if (keepsIds) {
      member.fastPath.keepIds(services);
    }
    DaemonFault.reached(DaemonFault.Step.UNPATCHED, member.pid());
    model.fences().lower(member);
    RealTimerCalls.giveBack(member);
    PosixTimersAgain.giveBack(member);
    List<Long> masks = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      MemberThread thread = threads.get(i);
      Confinement.lift(thread);
      masks.add(thread.tracee.signalMask() | thread.thread().hiddenMask);
      // What is queued now must stay in the kernel until the service runs by itself, and a trap
      // would undo a disposition: nothing is let through, and no call of ours traps from here on.
      thread.lifeline.shelter(services.get(i), masks.get(i));
    }
    DaemonFault.reached(DaemonFault.Step.LIFTED, member.pid());
    restoreActions(model);
    DaemonFault.reached(DaemonFault.Step.RESTORED, member.pid());
    for (MemberThread thread : threads) {
      queueHeld(thread);
    }
    member.injectWithoutTrap(SyscallNumber.MUNMAP, model.log.value(), logBytes);
    DaemonFault.reached(DaemonFault.Step.UNMAPPED, member.pid());
    for (int i = 0; i < threads.size(); i++) {
      MemberThread thread = threads.get(i);
      AffinityCalls.restore(thread);
      thread.tracee.setSignalMask(masks.get(i));
      thread.tracee.writeRegisters(services.get(i).originalRax(-1).gsBase(0));
    }
    DaemonFault.reached(DaemonFault.Step.LEFT, member.pid());
  }

  /** Lets the process run untraced. */
  void detach() throws TraceeDiedException {
    for (MemberThread thread : member.threads().all()) {
      thread.tracee.detach(0);
    }
  }

  private static void queueHeld(MemberThread thread) throws TraceeDiedException {
    OwnSignals signals = new OwnSignals(thread);
    thread.held.wake();
    while (!thread.held.isEmpty()) {
      signals.queue(thread.held.take());
    }
    while (!thread.hiddenPending.isEmpty()) {
      signals.queue(thread.hiddenPending.take());
    }
  }

  /** Gives the kernel the dispositions that it was not told because we own the signals. */
  private void restoreActions(ProcessModel model) throws TraceeDiedException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
    TraceeAddress scratch = member.room().scratch();
    for (int signal = 1; signal <= 64; signal++) {
      SignalAction action = model.actions.of(signal);
      boolean owned = (SignalActions.OWNED & SignalActions.bit(signal)) != 0;
      if (owned || (action.mask() & SignalActions.OWNED) != 0) {
        bytes.putLong(0, action.handler()).putLong(8, action.flags());
        bytes.putLong(16, action.restorer()).putLong(24, action.mask());
        member.tracee.memory().write(scratch, bytes);
        member.injectWithoutTrap(SyscallNumber.RT_SIGACTION, signal, scratch.value(), 0, 8);
      }
    }
  }
}
