package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.tracer.capture.TraceeReader;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * One thread of a member: the traced thread, what is known of it and of its process, and the work
 * space of its tracer, to which all of it belongs. It stays the same object when the replica
 * becomes the primary.
 */
final class MemberThread {
  /** Values that a system call leaves in rcx and r11, the same on every path. */
  static final long RCX_AFTER_CALL = -1;

  static final long R11_AFTER_CALL = 0x246;

  final Tracee tracee;

  /** By which ids the service knows its threads and itself. */
  final VirtualIds ids;

  /** Signals that wait for a call boundary, to which the fast path is then asked to come. */
  final HeldSignals held = new HeldSignals(this::stopAtNextCall);

  /** Owned signals that the service believes to be blocked, and thus pending. */
  final HeldSignals hiddenPending = new HeldSignals();

  final InjectedCall injected;
  final FastPath fastPath = new FastPath(this);
  final Lifeline lifeline = new Lifeline(this);
  final TraceeReader reader;

  /** The registers of the present stop, as read last. */
  final Registers now = new Registers();

  /** The six arguments of the call at which it stopped last. */
  final long[] arguments = new long[6];

  private ProcessModel model;
  private ThreadModel thread;
  private ProcessThreads threads = new ProcessThreads(this);

  MemberThread(Tracee tracee, ProcessModel model, VirtualIds ids, ThreadModel thread) {
    this.tracee = tracee;
    this.model = model;
    this.ids = ids;
    this.thread = thread;
    this.injected = new InjectedCall(tracee, held, lifeline::beforeInjecting);
    this.reader = this::readAdvancing;
  }

  private void stopAtNextCall() {
    fastPath.requestStop();
  }

  /**
   * The kernel's id of the thread, for the first one the process's too; the service knows it by
   * {@link #ids}.
   */
  int pid() {
    return tracee.pid();
  }

  ProcessModel model() {
    return model;
  }

  /** A new process image has a new model. */
  void setModel(ProcessModel newModel, ThreadModel newThread) {
    model = newModel;
    thread = newThread;
  }

  /** What is known of the thread itself. */
  ThreadModel thread() {
    return thread;
  }

  /** What the thread has of the stub. */
  ThreadRoom room() {
    return thread.room;
  }

  /** The threads of its process, itself among them. */
  ProcessThreads threads() {
    return threads;
  }

  /** Pid of its process. */
  int processId() {
    return threads.first().pid();
  }

  /** The thread is a further one of another's process. */
  void join(MemberThread other) {
    threads = other.threads;
    threads.add(this);
  }

  /** A signal's handler is entered. */
  void enterHandler(int signal) {
    thread.enterHandler(signal, model.actions);
    lifeline.beforeHandler(signal);
  }

  private int readAdvancing(long address, ByteBuffer target) {
    int read = tracee.memory().read(new TraceeAddress(address), target);
    target.position(target.position() + read);
    return read;
  }

  /**
   * Whether the thread, stopped by our interrupt, has yet to report a signal that its own code
   * caused, such as the SIGSYS of a call it is making: then its registers are not those of a
   * boundary, and that signal's stop is about to follow.
   */
  boolean hasOwnSignalPending() throws TraceeDiedException {
    long mask = tracee.signalMask();
    for (byte[] siginfo : tracee.pendingSignals(false)) {
      boolean blocked = (mask & SignalActions.bit(HeldSignals.signalOf(siginfo))) != 0;
      if (!blocked && HeldSignals.codeOf(siginfo) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Injects a call through the stub. */
  long inject(long number, long... args) throws TraceeDiedException {
    return injected.call(model.stub.execute(), number, args);
  }

  /** As {@link #inject}, without a trap: all signals may be blocked. */
  long injectWithoutTrap(long number, long... args) throws TraceeDiedException {
    return injected.callWithoutTrap(lifeline.callWithoutTrap(), number, args);
  }

  /**
   * Sets the registers that the service sees after a call.
   *
   * @param registers those at the call's site; changed to those behind it
   * @param current registers read after the call was executed, or null if it was not
   */
  void afterCall(Registers registers, Registers current, long result) {
    registers.rip(model.patches.behind(registers.rip())).rax(result).originalRax(-1);
    registers.clobbered(RCX_AFTER_CALL, R11_AFTER_CALL);
    if (current != null) {
      registers.segmentBases(current);
    }
  }
}
