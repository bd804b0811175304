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
 * undoes what the tracer had begun (orphan.c). What of them is the service's, the stub hands on to
 * the service's own handler, of which the kernel does not know (own_handlers.c).
 */
final class Lifeline {
  private static final long SA_ONSTACK = 0x0800_0000L;
  private static final long SA_RESETHAND = 0x8000_0000L;

  /** SA_SIGINFO | SA_RESTORER | SA_NODEFER. */
  private static final long FLAGS = 0x4 | 0x0400_0000L | 0x4000_0000L;

  /** As the area has them, see {@link StubArea#OWN}. */
  private static final int[] OWNED = {Signal.SIGTRAP, Signal.SIGSEGV, Signal.SIGSYS};

  private final MemberThread member;
  private final ByteBuffer saved =
      ByteBuffer.allocateDirect(StubArea.RESCUE_BYTES + Registers.BYTES)
          .order(ByteOrder.nativeOrder());
  private CallInFlight call;
  private Supplier<Registers> service = () -> null;

  /** The hidden mask that is in the area; at first the area may be another's. */
  private long toldHidden = -1;

  private boolean sheltered;

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
    member.tracee.faults().is(DaemonFault.Who.PRIMARY);
  }

  /**
   * The service has the result of its call, and goes on by itself. That matters to the stub only
   * where it has to know which of the owned signals' handlers the kernel may have.
   */
  void afterCall() {
    if (member.model().actions.hasOwnedHandler()) {
      tell(Rescue.RETURNED);
    }
  }

  /**
   * From now on the thread stands where it goes on natively if the tracer dies, whatever the kernel
   * has of dispositions and mask: all signals are blocked. Calls of ours are made there without a
   * trap.
   *
   * @param registers with which the service goes on
   * @param mask of the service, in its own eyes
   */
  void shelter(Registers registers, long mask) throws TraceeDiedException {
    sheltered = true;
    member.tracee.read(); // nothing of the present stop is to come, which is the tracer's
    save(Rescue.NONE, registers);
    maskIs(mask);
    Registers standing = registers.copy();
    standing.rip(leave() + CallInFlight.SYSCALL_INSTRUCTION_BYTES).originalRax(-1);
    standing.rsp(StubArea.stack(member.room().area().value()));
    member.tracee.writeRegisters(standing);
    member.tracee.setSignalMask(-1);
  }

  private TraceeAddress maskAddress() {
    return member.room().area().plus(StubArea.MASKED);
  }

  /** Where a call without a trap is made. */
  long callWithoutTrap() {
    return sheltered ? leave() : member.model().stub.execute();
  }

  private long leave() {
    return member.model().stub.at(StubLayout.LEAVE);
  }

  /**
   * The kernel is about to get another mask for a while.
   *
   * @param mask the service's, as the kernel has it so far
   */
  void maskIs(long mask) {
    ByteBuffer masked = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    member.tracee.memory().write(maskAddress(), masked.putLong(0, 1).putLong(8, mask));
  }

  /** The kernel has the service's mask again. */
  void maskIsBack() {
    writeLong(member, StubArea.MASKED, 0);
  }

  /** The process is to die of a signal: nothing is to keep it alive. */
  void cut() {
    tell(Rescue.NONE);
  }

  private void tell(StubArea.Rescue rescue) {
    writeLong(member, StubArea.RESCUE, rescue.ordinal());
  }

  private static void writeLong(MemberThread thread, int offset, long value) {
    thread.tracee.memory().writeLong(thread.room().area().plus(offset), value);
  }

  /** Has the kernel call the stub for the owned signals; exec has undone it. */
  void install() throws TraceeDiedException {
    ByteBuffer action =
        ByteBuffer.allocateDirect(StubArea.ACTION_BYTES).order(ByteOrder.nativeOrder());
    describe(member.model().stub, SignalAction.DEFAULT, action);
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().write(scratch, action);
    for (int signal : OWNED) {
      long result = member.inject(SyscallNumber.RT_SIGACTION, signal, scratch.value(), 0, 8);
      if (result != 0) {
        throw new IllegalStateException("rt_sigaction: errno " + -result);
      }
    }
  }

  /**
   * The stub's disposition of an owned signal, as rt_sigaction takes it: for the service's handler
   * the stack and the frame are as the service wants them, for the stub alone as is safe.
   *
   * @param wanted the service's
   */
  static void describe(StubRegion stub, SignalAction wanted, ByteBuffer action) {
    boolean handled = wanted.hasHandler();
    long flags = handled ? wanted.flags() & ~SA_RESETHAND : SA_ONSTACK;
    long restorer = handled ? wanted.restorer() : stub.at(StubLayout.RESTORER);
    action.putLong(0, stub.at(StubLayout.HANDLER)).putLong(8, flags | FLAGS);
    action.putLong(16, restorer);
    action.putLong(24, handled ? wanted.mask() & ~SignalActions.OWNED : 0);
  }

  /** The stub has to know what the service wants of the owned signals. */
  void tellActions() {
    member.threads().all().forEach(this::tellActions);
  }

  private void tellActions(MemberThread thread) {
    ByteBuffer actions =
        ByteBuffer.allocateDirect(OWNED.length * StubArea.ACTION_BYTES)
            .order(ByteOrder.nativeOrder());
    for (int signal : OWNED) {
      SignalAction action = member.model().actions.of(signal);
      actions.putLong(action.handler()).putLong(action.flags());
      actions.putLong(action.restorer()).putLong(action.mask());
    }
    thread.tracee.memory().write(thread.room().area().plus(StubArea.OWN), actions.flip());
  }

  /** The service has more than one thread from now on. */
  void tellSeveral() {
    member.threads().all().forEach(thread -> writeInt(thread, StubArea.SEVERAL, 1));
  }

  private static void writeInt(MemberThread thread, int offset, int value) {
    ByteBuffer word = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    thread.tracee.memory().write(thread.room().area().plus(offset), word.putInt(0, value));
  }

  /** What the service believes of the owned signals' mask may have changed. */
  void tellHidden() {
    long hidden = member.thread().hiddenMask;
    if (toldHidden != hidden) {
      toldHidden = hidden;
      writeLong(member, StubArea.HIDDEN, hidden);
    }
  }

  /**
   * The service's handler of a signal is about to be entered, through the stub if the signal is an
   * owned one: what the stub is told of it then is the service's.
   */
  void beforeHandler(int signal) {
    tellHidden();
    if ((SignalActions.OWNED & SignalActions.bit(signal)) == 0) {
      return;
    }
    cut();
    passOn();
    if (member.model().actions.of(signal).isOneShot()) {
      // The thread's own stub looks at the handler for the last time, and forgets it.
      member.threads().all().stream().filter(each -> each != member).forEach(this::tellActions);
    }
  }

  /** By this the stub knows that its tracer lives, which has the mask the service believes in. */
  private void passOn() {
    ByteBuffer count = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    member.tracee.memory().read(member.room().area().plus(StubArea.PASSED), count);
    writeLong(member, StubArea.PASSED, count.getLong(0) + 1);
  }

  /**
   * Where the kernel enters the service's handler.
   *
   * @param signal one with a handler
   */
  long entryOf(int signal) {
    boolean owned = (SignalActions.OWNED & SignalActions.bit(signal)) != 0;
    return owned
        ? member.model().stub.at(StubLayout.HANDLER)
        : member.model().actions.of(signal).handler();
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
    if (call == null || member.model() == null || sheltered) {
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
    tell(Rescue.STEPPED);
  }

  /** The instruction at which the thread has faulted is about to be answered in its registers. */
  void beforeAnswering() {
    tell(Rescue.INSTRUCTION);
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
