package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.capture.DraftRecord;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.Resolution;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** The call that a thread of the service makes, from its site on until it has returned. Reused. */
final class CallInFlight {
  static final int SYSCALL_INSTRUCTION_BYTES = 2;

  private static final SyscallRow RECVMMSG = SyscallTable.named("recvmmsg");

  private final CallDigest digests;

  /** The pid by which the service knows itself. */
  private final int pid;

  /** Whether the call was sent to the stub and has not returned yet. */
  boolean executing;

  SyscallRow row;
  Resolution resolution;
  final long[] arguments = new long[6];

  /** The arguments with which the kernel is asked: rewritten, redirected, cut. */
  final long[] asked = new long[6];

  long site;
  long digest;
  long detail;

  /** The registers at the site, as if the call had not begun: rip there, rax the number. */
  final Registers atSite = new Registers();

  /** When the call began, System.nanoTime(). */
  long began;

  /**
   * When the wait began whose time-out counts: with the call, but for those that the kernel counts
   * anew within a call.
   */
  long waitBegan;

  /** Whether the call began in a primary that died within it. */
  boolean resumed;

  /**
   * Where the service wants the bytes that are received into the payload ring; 0: not redirected.
   */
  long redirectedFrom;

  /** Room reserved for them. */
  int redirectedBytes;

  /** Where the room is, in the log's mapping in the primary. */
  long redirectedTo;

  /** What it has received into a payload that the stub had laid out; null: it was given none. */
  DraftRecord draft;

  /** How far earlier parts of the call have come: see {@link PartialTransfer}. */
  long transferred;

  /** Whether a receive returns only when it has all bytes (MSG_WAITALL on a stream). */
  boolean waitsForAll;

  /** Whether the kernel is asked for less than what is left. */
  boolean piece;

  /** The number with which the kernel is asked. */
  int number;

  /**
   * Whether the kernel's answer is known: the registers may be those of a call of ours since.
   * -EINTR stands for an interruption, whose part that was done is counted as transferred.
   */
  boolean answered;

  long answer;

  /** Whether the kernel is asked to continue an interrupted call (restart_syscall). */
  boolean continuing;

  /** Whether it was interrupted, and is entered again as if it had not been. */
  boolean enteredAgain;

  /** Whether a handler ran before the call for a signal that had been held until then. */
  boolean signalled;

  /** Whether that handler was installed with SA_RESTART. */
  boolean signalRestarts;

  /** The time-out of the call's socket, nanoseconds; 0: none, -1: not known yet. */
  long timeLimit;

  /** Index of the argument with the socket that has the time-out. */
  int timedArgument;

  /** Whether the call is made in what is left of that time: tried, and waited for beside it. */
  boolean timed;

  /** Whether the kernel is asked to wait until the call can be tried. */
  boolean waiting;

  /** Whether other threads were there when the kernel was asked, which may be gone by now. */
  boolean amongSeveral;

  /** How often in a row the call was tried in vain. */
  int fruitlessTries;

  /**
   * A call of a process.
   *
   * @param digests how its digest is to be made
   * @param pid the pid by which the process knows itself
   */
  CallInFlight(CallDigest digests, int pid) {
    this.digests = digests;
    this.pid = pid;
  }

  /**
   * Takes over a call from the registers of its SIGSYS stop: rip behind the instruction, rax the
   * number.
   *
   * @throws TraceeDiedException if the digest cannot be made any more
   */
  void begin(Registers stopped) throws TraceeDiedException {
    begin(stopped, 0);
    digest = digests.of(row, arguments);
  }

  /** As {@link #begin(Registers)}, of a call whose digest is known. */
  void begin(Registers stopped, long knownDigest) {
    atSite.copyFrom(stopped);
    atSite.rip(stopped.rip() - SYSCALL_INSTRUCTION_BYTES).originalRax(-1);
    site = atSite.rip();
    row = SyscallTable.row(stopped.rax());
    stopped.argumentsInto(arguments);
    System.arraycopy(arguments, 0, asked, 0, 6);
    resolution = SyscallTable.resolve(stopped.rax(), arguments, pid);
    if (resolution.rewrittenArgument() >= 0) {
      asked[resolution.rewrittenArgument()] = resolution.rewrittenValue();
    }
    digest = knownDigest;
    detail = 0;
    reset();
    resumed = false;
    began(System.nanoTime());
  }

  /** Takes over the state of a replica's call, which the old primary had begun and not ended. */
  void continueFrom(CallInFlight parked, long when) {
    atSite.copyFrom(parked.atSite);
    site = parked.site;
    row = parked.row;
    resolution = parked.resolution;
    System.arraycopy(parked.arguments, 0, arguments, 0, 6);
    System.arraycopy(parked.asked, 0, asked, 0, 6);
    digest = parked.digest;
    detail = 0;
    reset();
    transferred = parked.transferred;
    resumed = when != 0;
    began(resumed ? when : System.nanoTime());
    if (row == RECVMMSG && transferred > 0) {
      waitBegan = System.nanoTime(); // for the next message, as far as is known
    }
  }

  /** Sets when the call began. */
  void began(long when) {
    began = when;
    waitBegan = when;
  }

  private void reset() {
    executing = false;
    redirectedFrom = 0;
    draft = null;
    transferred = 0;
    waitsForAll = false;
    piece = false;
    answered = false;
    number = row.number();
    continuing = false;
    enteredAgain = false;
    signalled = false;
    timeLimit = -1;
    timedArgument = 0;
    timed = false;
    waiting = false;
    amongSeveral = false;
    fruitlessTries = 0;
  }

  /** The first descriptor among its arguments, or -1. */
  int descriptor() {
    int argument = row.descriptorArgument();
    return argument < 0 ? -1 : (int) arguments[argument];
  }

  /** Keeps the kernel's answer for the case that the process dies before that is recorded. */
  void answered(long result) {
    answered = true;
    answer = result;
  }

  /** Has the kernel asked what the service asks, after it was asked something else. */
  void askAnew() {
    System.arraycopy(arguments, 0, asked, 0, 6);
    number = row.number();
    waiting = false;
  }

  /**
   * Whether the kernel may have refused a call for the place where it was to put what it brings: a
   * file that is read past the kernel's cache (O_DIRECT) asks for aligned buffers. Nothing was read
   * then, and the call is made as the service asks.
   */
  boolean isRefusedElsewhere(long result) {
    return result == -Errno.EINVAL && (redirectedFrom != 0 || draft != null);
  }

  /** Bytes for each 1 of the result, of a call that is redirected. */
  int redirectedUnit() {
    for (int i = 0; i < row.arguments().size(); i++) {
      if (arguments[i] == redirectedFrom && row.arguments().get(i).isOutput()) {
        return row.arguments().get(i).size().unit();
      }
    }
    return 1;
  }

  /** The number with which the kernel is asked. */
  long askedNumber(long restartNumber) {
    return continuing ? restartNumber : number;
  }
}
