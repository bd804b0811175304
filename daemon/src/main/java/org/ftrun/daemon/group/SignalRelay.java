package org.ftrun.daemon.group;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes signals that ftrun receives on to the process that serves. It knows the process by a
 * pidfd: a pid may mean another process as soon as the service has ended.
 */
final class SignalRelay {
  private static final Logger LOG = LoggerFactory.getLogger(SignalRelay.class);
  private static final int SIGKILL = 9;
  private static final int SIGINFO_BYTES = 128;
  private static final int SI_CODE = 8;
  private static final int SI_QUEUE = -1;
  private static final int NOBODY = -1;
  private static final int MOST_HELD = 1000;

  /** A signal that waits for the next primary. */
  private record Held(int signal, byte[] siginfo) {}

  private final List<Held> held = new ArrayList<>();
  private int primary = NOBODY;
  private boolean holding;

  /** From now on signals go to this process, which is not reaped yet. */
  synchronized void primaryIs(int process) {
    nobodyServes();
    long descriptor = Libc.call(SyscallNumber.PIDFD_OPEN, process, 0);
    if (descriptor < 0) {
      LOG.error(
          "signals cannot be passed on to process {}: {}",
          process,
          Libc.errorText((int) -descriptor));
      return;
    }
    primary = (int) descriptor;
    for (Held one : held) {
      pass(one.signal, one.siginfo);
    }
    held.clear();
  }

  /** The primary is dying: signals wait for its successor. */
  synchronized void hold() {
    nobodyServes();
    holding = true;
  }

  /** The service has ended, signals have no receiver. */
  synchronized void nobodyServes() {
    holding = false;
    if (primary != NOBODY) {
      Libc.call(SyscallNumber.CLOSE, primary);
      primary = NOBODY;
    }
  }

  /** Sends a signal, with its value if it was sent by sigqueue(3). */
  synchronized void send(int signal, byte[] siginfo) {
    if (primary != NOBODY) {
      pass(signal, siginfo);
    } else if (holding && held.size() < MOST_HELD) {
      held.add(new Held(signal, siginfo));
    }
  }

  private void pass(int signal, byte[] siginfo) {
    NativeMemory copy = NativeMemory.ofBytes(siginfo);
    ByteBuffer info = copy.buffer().order(ByteOrder.nativeOrder());
    boolean queued = info.getInt(SI_CODE) == SI_QUEUE;
    Libc.call(SyscallNumber.PIDFD_SEND_SIGNAL, primary, signal, queued ? copy.address() : 0, 0);
    Reference.reachabilityFence(copy);
  }

  /** Kills the primary; while one is dying, its successor. */
  synchronized void kill() {
    send(SIGKILL, new byte[SIGINFO_BYTES]);
  }

  /** Kills a process that is not reaped yet. */
  static void kill(int process) {
    Libc.call(SyscallNumber.KILL, process, SIGKILL);
  }
}
