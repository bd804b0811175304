package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.eventlog.Event;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SignalLayout;

/**
 * How a further process of the service has ended, as its parent is told: siginfo_t of SIGCHLD. Both
 * members note it, for the kernel tells it only to a parent that lives until then.
 */
final class ProcessEnd {
  private static final int CLD_EXITED = 1;
  private static final int CLD_KILLED = 2;
  private static final int CLD_DUMPED = 3;
  private static final int STATUS = 24;
  private static final int USER = 20;

  private ProcessEnd() {}

  /** It exits by itself. */
  static byte[] exited(ProcessThreads process, int status) {
    return siginfo(process, CLD_EXITED, status & 0xff);
  }

  /** A signal ends it. */
  static byte[] killed(ProcessThreads process, int signal) {
    return siginfo(process, SignalActions.isCrash(signal) ? CLD_DUMPED : CLD_KILLED, signal);
  }

  /** It is no member any more; its parent is not to be told. */
  static byte[] left(ProcessThreads process) {
    ByteBuffer pid = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
    return pid.putInt(0, process.first().pid()).array();
  }

  /** The kernel's pid of a process that is no member any more, 0 if it has ended. */
  static int pidOfLeft(byte[] end) {
    return end.length != Integer.BYTES
        ? 0
        : ByteBuffer.wrap(end).order(ByteOrder.nativeOrder()).getInt(0);
  }

  private static byte[] siginfo(ProcessThreads process, int code, int status) {
    ByteBuffer siginfo =
        ByteBuffer.allocate(HeldSignals.SIGINFO_BYTES).order(ByteOrder.nativeOrder());
    siginfo.putInt(0, Signal.SIGCHLD).putInt(SignalLayout.SIGINFO_CODE, code);
    siginfo.putInt(SignalLayout.SIGINFO_PID, process.id());
    siginfo.putInt(USER, ProcessState.user(process.first().pid())).putInt(STATUS, status);
    return siginfo.array();
  }

  /** As an event tells it. */
  static byte[] read(Event event) {
    byte[] siginfo = new byte[event.payloadLength()];
    event.payload().get(0, siginfo);
    return siginfo;
  }

  /** The model of a process that may be the parent learns of it. */
  static void note(ProcessThreads process, ProcessThreads ended, byte[] siginfo) {
    if (process.model().children.isMember(ended.id())) {
      if (pidOfLeft(siginfo) != 0) {
        process.model().children.leaves(ended.id());
      } else {
        process.model().children.memberEnded(ended.id(), siginfo);
      }
    }
  }
}
