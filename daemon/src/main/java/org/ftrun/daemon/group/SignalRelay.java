package org.ftrun.daemon.group;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** Passes signals that ftrun receives on to the process that serves. */
final class SignalRelay {
  private static final int SYS_KILL = 62;
  private static final int SYS_RT_SIGQUEUEINFO = 129;
  private static final int SIGKILL = 9;
  private static final int SI_QUEUE = -1;

  private int pid;

  /** From now on signals go to this process. */
  synchronized void primaryIs(int process) {
    pid = process;
  }

  /** Sends a signal, with its value if it was sent by sigqueue(3). */
  synchronized void send(int signal, byte[] siginfo) {
    if (pid <= 0) {
      return; // nobody serves yet; 0 would mean our own process group
    }
    NativeMemory copy = NativeMemory.ofBytes(siginfo);
    ByteBuffer info = copy.buffer().order(ByteOrder.nativeOrder());
    if (info.getInt(8) == SI_QUEUE) {
      Libc.call(SYS_RT_SIGQUEUEINFO, pid, signal, copy.address());
    } else {
      Libc.call(SYS_KILL, pid, signal);
    }
  }

  static void kill(int process) {
    Libc.call(SYS_KILL, process, SIGKILL);
  }
}
