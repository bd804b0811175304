package org.ftrun.tracer.member;

import java.util.function.Consumer;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Makes a stopped tracee execute a call of ours. Registers are left as they are then: whoever
 * injects writes the service's registers back before resuming it. Signals that arrive meanwhile are
 * held for the service.
 */
final class InjectedCall {
  private final Tracee tracee;
  private final HeldSignals held;
  private final Consumer<Registers> before;
  private final Registers registers = new Registers();

  InjectedCall(Tracee tracee, HeldSignals held) {
    this(tracee, held, registers -> {});
  }

  /**
   * Creates it.
   *
   * @param before is given the thread's registers before each call, which changes them
   */
  InjectedCall(Tracee tracee, HeldSignals held, Consumer<Registers> before) {
    this.tracee = tracee;
    this.held = held;
    this.before = before;
  }

  /**
   * Executes a call with a {@code syscall; int3} that stands in the tracee.
   *
   * @param address where that stands
   * @return the result as the kernel returned it
   */
  long call(long address, long number, long... arguments) throws TraceeDiedException {
    return run(address, address + 3, number, arguments);
  }

  /** As {@link #call}, with an entry point that traps elsewhere. */
  long run(long address, long trapped, long number, long... arguments) throws TraceeDiedException {
    enter(address, number, arguments);
    tracee.faults().injects(true);
    try {
      return awaitTrap(trapped);
    } finally {
      tracee.faults().injects(false);
    }
  }

  private long awaitTrap(long trapped) throws TraceeDiedException {
    tracee.resume(0);
    while (true) {
      Stop stop = tracee.await();
      switch (stop.kind()) {
        case NONE:
          break;
        case SIGNAL:
          tracee.readRegisters(registers);
          if (stop.signal() == Signal.SIGTRAP && registers.rip() == trapped) {
            return registers.rax();
          }
          hold(stop.signal());
          tracee.resume(0);
          break;
        case TRAP:
        case GROUP_STOP:
        case SYSCALL:
        case BIRTH:
        case OTHER:
          tracee.resume(0);
          break;
        default:
          tracee.unread();
          throw TraceeDiedException.INSTANCE;
      }
    }
  }

  /**
   * As {@link #call}, but without the trap: SIGTRAP, which is forced upon the thread there, would
   * undo that it is blocked or ignored. The thread stops at the exit of the call instead; signals
   * need not be let through.
   *
   * @param address of a {@code syscall} instruction
   */
  long callWithoutTrap(long address, long number, long... arguments) throws TraceeDiedException {
    enter(address, number, arguments);
    awaitSyscallStop();
    awaitSyscallStop();
    tracee.readRegisters(registers);
    return registers.rax();
  }

  /** On to the entry or the exit of a call. */
  private void awaitSyscallStop() throws TraceeDiedException {
    tracee.resumeToSyscall();
    while (true) {
      Stop stop = tracee.await();
      switch (stop.kind()) {
        case NONE:
          break;
        case SYSCALL:
          return;
        case SIGNAL:
          hold(stop.signal());
          tracee.resumeToSyscall();
          break;
        case TRAP:
        case GROUP_STOP:
        case BIRTH:
        case OTHER:
          tracee.resumeToSyscall();
          break;
        default:
          tracee.unread();
          throw TraceeDiedException.INSTANCE;
      }
    }
  }

  private void enter(long address, long number, long... arguments) throws TraceeDiedException {
    tracee.readRegisters(registers);
    before.accept(registers);
    for (int i = 0; i < 6; i++) {
      registers.argument(i, i < arguments.length ? arguments[i] : 0);
    }
    registers.rax(number).originalRax(-1).rip(address);
    tracee.writeRegisters(registers);
  }

  private void hold(int signal) throws TraceeDiedException {
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    tracee.readSiginfo(signal, siginfo);
    held.add(siginfo);
  }
}
