package org.ftrun.tracer.member;

import org.ftrun.tracer.capture.ArgumentDigest;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.syscall.Resolution;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** The call that a thread of the service makes, from its site on until it has returned. Reused. */
final class CallInFlight {
  private static final int SYSCALL_INSTRUCTION_BYTES = 2;
  private static final SyscallRow PWRITE64 = SyscallTable.named("pwrite64");

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

  /** Whether the call began in a primary that died within it. */
  boolean resumed;

  /**
   * Where the service wants the bytes that are received into the payload ring; 0: not redirected.
   */
  long redirectedFrom;

  /** Room reserved for them. */
  int redirectedBytes;

  /** Bytes that earlier parts of the call have transferred. */
  long transferred;

  /** Whether the tracer has seen what became of the call, whose registers may be others by now. */
  boolean resultKnown;

  /** What became of it then: the kernel's result, or -ERESTART... if it did nothing. */
  long knownResult;

  /** Whether the kernel is asked to continue an interrupted call (restart_syscall). */
  boolean continuing;

  /**
   * Takes over a call from the registers of its SIGSYS stop: rip behind the instruction, rax the
   * number.
   */
  void begin(Registers stopped) {
    atSite.copyFrom(stopped);
    atSite.rip(stopped.rip() - SYSCALL_INSTRUCTION_BYTES).originalRax(-1);
    site = atSite.rip();
    row = SyscallTable.row(stopped.rax());
    stopped.argumentsInto(arguments);
    System.arraycopy(arguments, 0, asked, 0, 6);
    resolution = SyscallTable.resolve(stopped.rax(), arguments);
    if (resolution.rewrittenArgument() >= 0) {
      asked[resolution.rewrittenArgument()] = resolution.rewrittenValue();
    }
    digest = ArgumentDigest.of(row, arguments);
    detail = 0;
    executing = false;
    redirectedFrom = 0;
    resultKnown = false;
    transferred = 0;
    continuing = false;
    resumed = false;
    began = System.nanoTime();
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
    executing = false;
    redirectedFrom = 0;
    resultKnown = false;
    continuing = false;
    transferred = parked.transferred;
    if (transferred > 0) {
      skip(transferred);
    }
    resumed = when != 0;
    began = resumed ? when : System.nanoTime();
  }

  /** The tracer has seen what became of the call. */
  void known(long result) {
    resultKnown = true;
    knownResult = result;
  }

  /** A transfer from one buffer goes on behind what has been transferred. */
  void skip(long bytes) {
    asked[1] += bytes;
    asked[2] -= bytes;
    if (row == PWRITE64) {
      asked[3] += bytes;
    }
  }

  /** The number with which the kernel is asked. */
  long askedNumber(long restartNumber) {
    return continuing ? restartNumber : row.number();
  }
}
