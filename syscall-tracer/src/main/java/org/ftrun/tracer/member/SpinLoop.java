package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.code.ShownEffects;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Recognizes a thread that waits for others by looking at memory again and again, and finds the
 * same each time: it will never do anything else as long as nobody else runs. So it can be stopped
 * there in both members, however often each of them has gone round.
 *
 * <p>The thread is led through the loop twice, instruction by instruction. If it has the same
 * registers at each instruction of the second round as in the first, and each instruction is one
 * whose effects depend on registers alone or show in them, then memory is after the second round as
 * it was after the first, and nothing changes from then on.
 */
final class SpinLoop {
  /** Instructions of the longest loop that is recognized. */
  static final int LONGEST = 48;

  /** si_codes of a single step and of a debug register's exception (asm-generic/siginfo.h). */
  private static final int TRAP_TRACE = 2;

  static final int TRAP_HWBKPT = 4;

  private SpinLoop() {}

  /**
   * Whether a stopped thread is in such a loop.
   *
   * @param now its registers; afterwards those it has then, which are the same if it is
   * @return false also if something else stops the thread: {@link
   *     org.ftrun.tracer.ptrace.Tracee#await} tells that next
   */
  static boolean isAt(MemberThread member, Registers now) throws TraceeDiedException {
    Registers[] round = new Registers[LONGEST];
    int length = 0;
    do {
      if (length == LONGEST) {
        return false;
      }
      round[length++] = now.copy();
      if (!isHarmless(member, now.rip()) || !step(member, now)) {
        return false;
      }
    } while (!now.goesOnLike(round[0]));
    for (int i = 0; i < length; i++) {
      if (!now.goesOnLike(round[i]) || !step(member, now)) {
        return false;
      }
    }
    return now.goesOnLike(round[0]);
  }

  /**
   * Executes one instruction of the thread.
   *
   * @param now its registers, before and afterwards
   * @return false if something else has come, which is what {@link
   *     org.ftrun.tracer.ptrace.Tracee#await} tells next
   */
  static boolean step(MemberThread member, Registers now) throws TraceeDiedException {
    member.tracee.step();
    Stop stop = member.tracee.await();
    while (stop.kind() == StopKind.NONE) { // somebody wakes the tracer
      stop = member.tracee.await();
    }
    boolean stepped = stop.kind() == StopKind.SIGNAL && stop.signal() == Signal.SIGTRAP;
    if (stepped) {
      byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
      member.tracee.readSiginfo(Signal.SIGTRAP, siginfo);
      int code = HeldSignals.codeOf(siginfo);
      stepped = code == TRAP_TRACE || code == TRAP_HWBKPT;
    }
    if (!stepped) {
      member.tracee.unread();
    }
    if (stop.kind() == StopKind.SIGNAL) {
      member.tracee.readRegisters(now);
    }
    return stepped;
  }

  private static boolean isHarmless(MemberThread member, long address) {
    ByteBuffer code = ByteBuffer.allocateDirect(ShownEffects.LONGEST);
    code.limit(member.tracee.memory().read(new TraceeAddress(address), code));
    return ShownEffects.isOf(code);
  }
}
