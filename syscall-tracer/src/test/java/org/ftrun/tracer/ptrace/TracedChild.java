package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/**
 * A child of this process, traced by the thread that made it. After 20 s it is killed, so that
 * waiting for it has a limit even where it stands still; closing kills and reaps it.
 */
public final class TracedChild implements AutoCloseable {
  /** PTRACE_O_TRACEEXIT. */
  public static final int TRACE_EXIT = 0x40;

  private static final int PTRACE_CONT = 7;
  private static final int SIGKILL = 9;
  private static final int LIMIT_SECONDS = 20;
  private static final int WNOHANG = 1;
  private static final int WALL = 0x40000000;

  private final int pid;
  private final Tracee tracee;
  private boolean closed;

  private TracedChild(int options, String... command) throws TraceeDiedException {
    long spawned = Libc.spawn(command[0], command, new String[0]);
    assertThat(spawned).as(command[0]).isPositive();
    pid = (int) spawned;
    Tracee seized = null;
    try {
      seized = Tracee.seize(pid, options);
    } finally {
      if (seized == null) {
        Libc.call(SyscallNumber.KILL, pid, SIGKILL);
        Libc.call(SyscallNumber.WAIT4, pid, 0, WALL);
      }
    }
    tracee = seized;
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS).execute(this::limit);
  }

  private synchronized void limit() {
    if (!closed) {
      Libc.call(SyscallNumber.KILL, pid, SIGKILL);
    }
  }

  /** One that sleeps. */
  public static TracedChild asleep(int options) throws TraceeDiedException {
    return new TracedChild(options, "/bin/sleep", "30");
  }

  /** One that makes calls all the time. */
  public static TracedChild busy(int options) throws TraceeDiedException, URISyntaxException {
    Path launcher =
        Path.of(TracedChild.class.getResource("/org/ftrun/tracer/stub/ftrun-launcher").toURI());
    return new TracedChild(options, launcher.toString(), "rehearse");
  }

  /** A shell that computes, and whose exit status tells which of two signals it got first. */
  public static TracedChild trapping(Trap one, Trap other) throws TraceeDiedException {
    String script = "%s; %s; while :; do :; done".formatted(one.command(), other.command());
    return new TracedChild(0, "/bin/sh", "-c", script);
  }

  /** A signal and the exit status to which it leads. */
  public record Trap(int signal, int exitStatus) {
    private String command() {
      return "trap 'exit %d' %d".formatted(exitStatus, signal);
    }
  }

  /** Its process id. */
  public int pid() {
    return pid;
  }

  /** It as a tracee. */
  public Tracee tracee() {
    return tracee;
  }

  /** Stops it. */
  public void stop() throws TraceeDiedException {
    tracee.interrupt();
    assertThat(tracee.await().kind()).isEqualTo(StopKind.TRAP);
  }

  /** Sends its process a signal. */
  public void signal(int signal) {
    assertThat(Libc.call(SyscallNumber.KILL, pid, signal)).isZero();
  }

  /** Sends its thread a signal. */
  public void signalThread(int signal) {
    assertThat(Libc.call(SyscallNumber.TGKILL, pid, pid, signal)).isZero();
  }

  @Override
  public synchronized void close() {
    closed = true;
    boolean ours = Libc.call(SyscallNumber.WAIT4, pid, 0, WALL | WNOHANG) >= 0; // else it is reaped
    if (!ours) {
      return;
    }
    Libc.call(SyscallNumber.KILL, pid, SIGKILL);
    do {
      // A stop that was reported already is not reported again: it must end, or waiting never does.
      Libc.call(SyscallNumber.PTRACE, PTRACE_CONT, pid, 0, 0);
    } while (Libc.call(SyscallNumber.WAIT4, pid, 0, WALL) >= 0);
  }
}
