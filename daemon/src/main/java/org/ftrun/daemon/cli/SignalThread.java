package org.ftrun.daemon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the signals that are blocked in all of ftrun's threads (the launcher saw to that before the
 * JVM started) and passes them to the service, with their siginfo. Before there is a service, a
 * signal that asks ftrun to end does so.
 */
final class SignalThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignalThread.class);

  /** Size of siginfo_t, sigaction(2); the code is the third int. */
  private static final int SIGINFO_BYTES = 128;

  private static final int SI_CODE_OFFSET = 8;

  /** Sent by the kernel; from a terminal all signals are. */
  private static final int SI_KERNEL = 0x80;

  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGQUIT = 3;
  private static final int SIGTERM = 15;
  private static final int SIGWINCH = 28;

  private static final int SIG_BLOCK = 0;
  private static final int EAGAIN = 11;
  private static final int EINTR = 4;

  private record Held(int signal, byte[] siginfo) {}

  private final long signals;

  /** Those that ask to end and have come before there was a service. */
  private final List<Held> held = new ArrayList<>();

  private final CountDownLatch ready = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "signals");
  private volatile ProtectedService service;
  private volatile boolean closed;

  /**
   * Creates the thread, not started yet.
   *
   * @param signals the signals to take, signal n in bit n-1
   */
  SignalThread(long signals) {
    this.signals = signals;
    thread.setDaemon(true);
  }

  /** The signals that are blocked in the calling thread. */
  static long blockedSignals() {
    NativeMemory mask = NativeMemory.allocate(Long.BYTES);
    long result = Libc.call(SyscallNumber.RT_SIGPROCMASK, SIG_BLOCK, 0, mask.address(), Long.BYTES);
    if (result != 0) {
      throw new IllegalStateException("rt_sigprocmask failed, errno " + -result);
    }
    return mask.buffer().getLong(0);
  }

  /** Starts to take signals; returns when the thread holds them blocked. */
  void start() throws InterruptedException {
    thread.start();
    ready.await();
  }

  /**
   * From now on the service gets the signals, those first that asked it to end while it was being
   * started: the program may run already, and must not be left alone.
   */
  synchronized void passTo(ProtectedService running) {
    service = running;
    // From a terminal they may have come before there was a process in its group: all are passed
    // on.
    held.forEach(early -> running.signal(early.signal(), early.siginfo()));
    held.clear();
  }

  private void run() {
    NativeMemory mask = NativeMemory.allocate(Long.BYTES);
    mask.buffer().putLong(0, signals);
    Libc.call(SyscallNumber.RT_SIGPROCMASK, SIG_BLOCK, mask.address(), 0, Long.BYTES);
    ready.countDown();
    NativeMemory siginfo = NativeMemory.allocate(SIGINFO_BYTES);
    NativeMemory oneSecond = NativeMemory.allocate(2 * Long.BYTES);
    oneSecond.buffer().putLong(0, 1);
    while (!closed) {
      long result =
          Libc.call(
              SyscallNumber.RT_SIGTIMEDWAIT,
              mask.address(),
              siginfo.address(),
              oneSecond.address(),
              Long.BYTES);
      if (result > 0) {
        take((int) result, siginfo);
      } else if (result != -EAGAIN && result != -EINTR) {
        LOG.error("signals are no longer passed to the service, errno {}", -result);
        return;
      }
    }
  }

  /** Does what a received signal asks for. */
  synchronized void take(int signal, NativeMemory siginfo) {
    byte[] bytes = new byte[SIGINFO_BYTES];
    siginfo.buffer().get(0, bytes);
    ProtectedService running = service;
    if (running == null) {
      if (signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM) {
        held.add(new Held(signal, bytes));
      }
      return;
    }
    boolean fromKernel = siginfo.buffer().getInt(SI_CODE_OFFSET) == SI_KERNEL;
    if (fromKernel && terminalSentItToTheService(signal, running)) {
      LOG.debug("signal {} came from the terminal, the service has its own", signal);
      return;
    }
    running.signal(signal, bytes);
  }

  /**
   * Ctrl-C, Ctrl-\ and a resized window go to the terminal's foreground process group, a hang-up to
   * the session leader alone (drivers/tty/tty_jobctrl.c). Other signals with SI_KERNEL, such as an
   * alarm set before ftrun was started, come to ftrun only.
   */
  private static boolean terminalSentItToTheService(int signal, ProtectedService running) {
    if (signal == SIGHUP) {
      return Libc.call(SyscallNumber.GETSID, 0) != Libc.call(SyscallNumber.GETPID);
    }
    if (signal != SIGINT && signal != SIGQUIT && signal != SIGWINCH) {
      return false;
    }
    ServiceStatus.Member primary = running.status().primary();
    return primary != null
        && Libc.call(SyscallNumber.GETPGID, primary.pid()) == Libc.call(SyscallNumber.GETPGID, 0);
  }

  /** Ends the thread within about a second; signals stay blocked. */
  @Override
  public void close() {
    closed = true;
  }
}
