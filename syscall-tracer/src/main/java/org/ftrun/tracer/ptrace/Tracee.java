package org.ftrun.tracer.ptrace;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * One traced thread. All methods are for the tracer thread that seized it; those that need it
 * stopped say so by throwing {@link TraceeDiedException} when it no longer is.
 */
public final class Tracee {
  private static final int ESRCH = 3;
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int NT_X86_XSTATE = 0x202;

  /** Offset of u_debugreg in struct user (sys/user.h), and of its parts. */
  private static final int DEBUG_ADDRESS = 848;

  private static final int DEBUG_CONTROL = DEBUG_ADDRESS + 7 * Long.BYTES;

  /** In debug register 7: the first breakpoint is on, for execution. */
  private static final long BREAK_AT_FIRST = 1;

  private static final int SIGINFO_BYTES = 128;
  private static final int SI_CODE_OFFSET = 8;

  /** Size of struct __ptrace_peeksiginfo_args. */
  private static final int PEEK_BYTES = 16;

  private static final int SCRATCH_BYTES = 32 * SIGINFO_BYTES;

  private final int pid;
  private final TraceeMemory memory;
  private final NativeMemory scratch = NativeMemory.allocate(SCRATCH_BYTES);
  private final NativeMemory request = NativeMemory.allocate(PEEK_BYTES);
  private final StopFaults faults;
  private final StopReader stops;

  private Tracee(int pid) {
    this.pid = pid;
    this.memory = new TraceeMemory(pid);
    this.faults = new StopFaults(pid);
    this.stops = new StopReader(pid);
  }

  /**
   * PTRACE_SEIZE by the calling thread, which becomes the tracer.
   *
   * @throws TraceeDiedException if there is no such process any more
   * @throws PtraceException if it may not be traced
   */
  public static Tracee seize(int pid, int options) throws TraceeDiedException {
    Tracee tracee = new Tracee(pid);
    tracee.checked("PTRACE_SEIZE", tracee.ptrace(PtraceRequest.SEIZE, 0, options));
    return tracee;
  }

  /** A thread that the kernel has attached to the calling tracer at its birth. */
  public static Tracee born(int tid) {
    return new Tracee(tid);
  }

  /** The kernel's id of the thread. */
  public int pid() {
    return pid;
  }

  /** Its memory. */
  public TraceeMemory memory() {
    return memory;
  }

  /** Waits for its next stop or its end; returns NONE when interrupted by a signal to us. */
  public Stop await() {
    return faults.read(stops.await());
  }

  /** As {@link #await}, but returns NONE at once if there is nothing. */
  public Stop poll() {
    return faults.read(stops.poll());
  }

  /** What tells {@link DaemonFault} of its stops. */
  public StopFaults faults() {
    return faults;
  }

  /** The stop that was reported last, until the next is awaited. */
  public Stop lastStop() {
    return stops.last();
  }

  /** Its stops as the kernel reports them. */
  StopReader stops() {
    return stops;
  }

  /** Makes the next {@link #await} or {@link #poll} return the last stop once more. */
  public void unread() {
    stops.unread();
  }

  /**
   * The present stop is read at last: the kernel does not report it any more, and if the tracer
   * dies the tracee goes on without its signal.
   */
  public void read() {
    stops.read();
  }

  /**
   * From now on a stop stays to be read until it is resumed from: if the tracer dies, the signal of
   * the stop is delivered to the tracee as if nobody had traced it.
   */
  public void leaveStopsUnread() {
    stops.leaveUnread(true);
  }

  /** Its stops are treated as those of another are. */
  public void treatStopsLike(Tracee other) {
    stops.leaveUnread(other.stops.areLeftUnread());
  }

  /** Reads the general registers. */
  public void readRegisters(Registers into) throws TraceeDiedException {
    checked("PTRACE_GETREGS", ptrace(PtraceRequest.GETREGS, 0, into.address()));
  }

  /** Writes the general registers. */
  public void writeRegisters(Registers from) throws TraceeDiedException {
    checked("PTRACE_SETREGS", ptrace(PtraceRequest.SETREGS, 0, from.address()));
  }

  /** Reads the registers beyond the general ones. */
  public ExtendedState readExtendedState() throws TraceeDiedException {
    ExtendedState state = new ExtendedState();
    checked("PTRACE_GETREGSET", ptrace(PtraceRequest.GETREGSET, NT_X86_XSTATE, state.iovec()));
    return state;
  }

  /** Writes the registers beyond the general ones. */
  public void writeExtendedState(ExtendedState state) throws TraceeDiedException {
    checked("PTRACE_SETREGSET", ptrace(PtraceRequest.SETREGSET, NT_X86_XSTATE, state.iovec()));
  }

  /**
   * Lets it run, delivering {@code signal} unless 0.
   *
   * @throws TraceeDiedException also if it was killed since its stop was reported and stands at its
   *     exit event now: resumed from there, it would be gone before anybody has looked at it
   */
  public void resume(int signal) throws TraceeDiedException {
    faults.resuming();
    goOn("PTRACE_CONT", PtraceRequest.CONT, signal);
  }

  /** Whether the kernel has a stop or an end to report that nobody has waited for yet. */
  public boolean hasUnreadStop() {
    return stops.hasUnread();
  }

  /**
   * Lets it run until the entry or exit of its next system call, a SYSCALL if it was seized with
   * PTRACE_O_TRACESYSGOOD. Throws as {@link #resume}.
   */
  public void resumeToSyscall() throws TraceeDiedException {
    faults.resuming();
    goOn("PTRACE_SYSCALL", PtraceRequest.SYSCALL, 0);
  }

  /** Resumes it for one instruction; a SIGTRAP follows. Throws as {@link #resume}. */
  public void step() throws TraceeDiedException {
    faults.stepping();
    goOn("PTRACE_SINGLESTEP", PtraceRequest.SINGLESTEP, 0);
  }

  private void goOn(String operation, int request, int signal) throws TraceeDiedException {
    if (hasUnreadStop()) {
      throw TraceeDiedException.INSTANCE;
    }
    checked(operation, ptrace(request, 0, signal));
    stops.resumed();
  }

  /** A SIGTRAP comes each time when it is about to execute the instruction at this address. */
  public void breakAt(long address) throws TraceeDiedException {
    checked("PTRACE_POKEUSER", ptrace(PtraceRequest.POKEUSER, DEBUG_ADDRESS, address));
    checked("PTRACE_POKEUSER", ptrace(PtraceRequest.POKEUSER, DEBUG_CONTROL, BREAK_AT_FIRST));
  }

  /** Undoes {@link #breakAt}. */
  public void endBreak() throws TraceeDiedException {
    checked("PTRACE_POKEUSER", ptrace(PtraceRequest.POKEUSER, DEBUG_CONTROL, 0));
  }

  /** Leaves it in its group stop, still reporting. */
  public void listen() throws TraceeDiedException {
    faults.resuming();
    checked("PTRACE_LISTEN", ptrace(PtraceRequest.LISTEN, 0, 0));
    stops.resumed();
  }

  /** Asks a running tracee to stop; a TRAP follows, or the stop that was already under way. */
  public void interrupt() throws TraceeDiedException {
    checked("PTRACE_INTERRUPT", ptrace(PtraceRequest.INTERRUPT, 0, 0));
  }

  /** Ends tracing and lets it run, delivering {@code signal} unless 0. */
  public void detach(int signal) throws TraceeDiedException {
    faults.resuming();
    checked("PTRACE_DETACH", ptrace(PtraceRequest.DETACH, 0, signal));
  }

  /** Sets the PTRACE_O_ options. */
  public void setOptions(int options) throws TraceeDiedException {
    checked("PTRACE_SETOPTIONS", ptrace(PtraceRequest.SETOPTIONS, 0, options));
  }

  /** The event's message: a newborn's pid, an exit status. */
  public long eventMessage() throws TraceeDiedException {
    checked("PTRACE_GETEVENTMSG", ptrace(PtraceRequest.GETEVENTMSG, 0, scratch.address()));
    return scratch.buffer().getLong(0);
  }

  /**
   * Reads the 128 bytes of the siginfo of a signal stop into {@code into}.
   *
   * @param signal the signal that the stop was reported with
   * @throws TraceeDiedException also if the tracee was killed since and stands at its exit event
   *     now, whose siginfo is another one
   */
  public void readSiginfo(int signal, byte[] into) throws TraceeDiedException {
    long result = ptrace(PtraceRequest.GETSIGINFO, 0, scratch.address());
    if (result == -EINVAL) {
      throw TraceeDiedException.INSTANCE; // on its way from the one stop to the other
    }
    checked("PTRACE_GETSIGINFO", result);
    int event = scratch.buffer().getInt(SI_CODE_OFFSET) >> 8;
    if (scratch.buffer().getInt(0) != signal || event == Stop.EVENT_EXIT) {
      throw TraceeDiedException.INSTANCE;
    }
    scratch.buffer().get(0, into, 0, SIGINFO_BYTES);
  }

  /** Replaces the siginfo of the present signal stop. */
  public void writeSiginfo(byte[] siginfo) throws TraceeDiedException {
    scratch.buffer().put(0, siginfo, 0, SIGINFO_BYTES);
    long result = ptrace(PtraceRequest.SETSIGINFO, 0, scratch.address());
    if (result == -EINVAL) {
      throw TraceeDiedException.INSTANCE; // killed, on its way to its exit event
    }
    checked("PTRACE_SETSIGINFO", result);
  }

  /**
   * Up to 32 signals that are pending.
   *
   * @param shared those of the process, else those of the thread
   * @return one siginfo_t of 128 bytes each
   */
  public byte[][] pendingSignals(boolean shared) throws TraceeDiedException {
    request.buffer().putLong(0, 0).putInt(8, shared ? 1 : 0).putInt(12, 32);
    long count =
        checked(
            "PTRACE_PEEKSIGINFO",
            ptrace(PtraceRequest.PEEKSIGINFO, request.address(), scratch.address()));
    byte[][] pending = new byte[(int) count][SIGINFO_BYTES];
    for (int i = 0; i < count; i++) {
      scratch.buffer().get(i * SIGINFO_BYTES, pending[i]);
    }
    return pending;
  }

  /** The signals that the kernel holds back from it, bit n-1 for signal n. */
  public long signalMask() throws TraceeDiedException {
    checked("PTRACE_GETSIGMASK", ptrace(PtraceRequest.GETSIGMASK, 8, scratch.address()));
    return scratch.buffer().getLong(0);
  }

  /** Sets the signals that the kernel holds back from it. */
  public void setSignalMask(long mask) throws TraceeDiedException {
    scratch.buffer().putLong(0, mask);
    checked("PTRACE_SETSIGMASK", ptrace(PtraceRequest.SETSIGMASK, 8, scratch.address()));
  }

  /**
   * Configures Syscall User Dispatch from outside; Linux 6.4 and later.
   *
   * @return false where the kernel cannot do it; then prctl has to be injected
   */
  public boolean setSyscallUserDispatch(boolean on, long selector, long start, long length)
      throws TraceeDiedException {
    // struct ptrace_sud_config of uapi/linux/ptrace.h: mode, selector, offset, len.
    scratch.buffer().putLong(0, on ? 1 : 0).putLong(8, on ? selector : 0);
    scratch.buffer().putLong(16, on ? start : 0).putLong(24, on ? length : 0);
    long result = ptrace(PtraceRequest.SET_SYSCALL_USER_DISPATCH_CONFIG, 32, scratch.address());
    if (result == -EIO) {
      return false;
    }
    checked("PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG", result);
    return true;
  }

  private long ptrace(int what, long address, long data) {
    return Libc.call(SyscallNumber.PTRACE, what, pid, address, data);
  }

  private long checked(String operation, long result) throws TraceeDiedException {
    if (result == -ESRCH) {
      throw TraceeDiedException.INSTANCE;
    }
    if (result < 0) {
      throw new PtraceException(operation + " of " + pid, result);
    }
    return result;
  }
}
