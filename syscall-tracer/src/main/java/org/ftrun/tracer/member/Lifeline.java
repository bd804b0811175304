package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.stub.StubArea.Rescue;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.stub.StubRegion;

/**
 * What lets a primary outlive its tracer. Before a thread is sent to the stub, its own registers
 * are put into its area; the stub owns the signals that then come to the process, and finishes or
 * undoes what the tracer had begun (orphan.c). A signal that the service handles itself is not the
 * stub's.
 */
final class Lifeline {
  private static final int ACTION_BYTES = 32;

  /** SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_NODEFER. */
  private static final long FLAGS = 0x4 | 0x0400_0000L | 0x0800_0000L | 0x4000_0000L;

  private static final int[] OWNED = {Signal.SIGSYS, Signal.SIGTRAP, Signal.SIGSEGV};

  private final MemberThread member;
  private final ByteBuffer saved =
      ByteBuffer.allocateDirect(StubArea.RESCUE_BYTES + Registers.BYTES)
          .order(ByteOrder.nativeOrder());
  private CallInFlight call;
  private Supplier<Registers> service = () -> null;

  Lifeline(MemberThread member) {
    this.member = member;
  }

  /**
   * The member is a primary; before that nothing is saved.
   *
   * @param calls its calls
   * @param registers the service's registers at the present stop, or null if they are the thread's
   */
  void attach(CallInFlight calls, Supplier<Registers> registers) {
    call = calls;
    service = registers;
    member.tracee.leaveStopsUnread();
    member.tracee.is(DaemonFault.Who.PRIMARY);
  }

  /** The process is to die of a signal: nothing is to keep it alive. */
  void cut() {
    ByteBuffer word = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    member.tracee.memory().write(member.room().area().plus(StubArea.RESCUE), word);
  }

  /** Has the kernel call the stub for the owned signals; exec has undone it. */
  void install() throws TraceeDiedException {
    ByteBuffer action = ByteBuffer.allocateDirect(ACTION_BYTES).order(ByteOrder.nativeOrder());
    describe(member.model().stub, action);
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().write(scratch, action);
    for (int signal : OWNED) {
      long result = member.inject(SyscallNumber.RT_SIGACTION, signal, scratch.value(), 0, 8);
      if (result != 0) {
        throw new IllegalStateException("rt_sigaction: errno " + -result);
      }
    }
  }

  /** The stub's disposition of a signal, as rt_sigaction takes it. */
  static void describe(StubRegion stub, ByteBuffer action) {
    action.putLong(0, stub.at(StubLayout.HANDLER)).putLong(8, FLAGS);
    action.putLong(16, stub.at(StubLayout.RESTORER)).putLong(24, 0);
  }

  /** The stub has to know which of the owned signals the service ignores. */
  void tellIgnored() {
    ByteBuffer word = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    word.putLong(0, member.model().actions.ignoredOwned());
    for (MemberThread thread : member.threads().all()) {
      word.clear();
      member.tracee.memory().write(thread.room().area().plus(StubArea.IGNORED), word);
    }
  }

  /** The thread is about to be sent to make the service's call, from its registers at the site. */
  void beforeCall() {
    // What is asked instead of the call, until that can be made, has no result for the service.
    save(call.waiting ? Rescue.INJECTED : Rescue.CALL, call.atSite);
  }

  /**
   * The thread is about to be sent to make a call of ours.
   *
   * @param now the thread's registers
   */
  void beforeInjecting(Registers now) {
    if (call == null || member.model() == null) {
      return;
    }
    Registers standing = service.get();
    if (call.executing) {
      boolean answered = call.answered && call.answer != -Errno.EINTR;
      save(answered ? Rescue.ANSWERED : Rescue.INJECTED, call.atSite);
    } else if (standing != null) {
      save(Rescue.INJECTED, standing);
    } else if (!isInStub(now.rip())) {
      save(Rescue.INJECTED, now);
    }
  }

  /**
   * The thread is about to be led through its own code. The kernel takes back what single-stepping
   * needs when it is resumed otherwise, but not when its tracer dies.
   */
  void beforeStepping() {
    ByteBuffer word = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    word.putLong(0, Rescue.STEPPED.ordinal());
    member.tracee.memory().write(member.room().area().plus(StubArea.RESCUE), word);
  }

  private boolean isInStub(long rip) {
    long offset = rip - member.model().stub.base().value();
    return offset >= 0 && offset < StubLayout.TEXT_BYTES;
  }

  private void save(Rescue rescue, Registers registers) {
    boolean redirected = call.redirectedFrom != 0;
    saved.clear();
    saved.putLong(rescue.ordinal());
    saved.putLong(member.model().patches.behind(registers.rip()));
    saved.putLong(call.transferred);
    saved.putLong(call.timed ? 1 : 0);
    saved.putLong(call.answer);
    saved.putLong(redirected ? call.redirectedTo + call.transferred : 0);
    saved.putLong(redirected ? call.redirectedFrom + call.transferred : 0);
    saved.putLong(redirected ? call.redirectedUnit() : 0);
    registers.putInto(saved);
    saved.flip();
    member.tracee.memory().write(member.room().area().plus(StubArea.RESCUE), saved);
  }
}
