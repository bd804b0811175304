package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the signal of a stop when the tracer dies before it has resumed the tracee. */
@Timeout(60)
class TracerDeathTest {
  private static final int WALL = 0x40000000;
  private static final TracedChild.Trap FIRST = new TracedChild.Trap(Signal.SIGSYS, 42);
  private static final TracedChild.Trap SECOND = new TracedChild.Trap(Signal.SIGUSR1, 43);

  /** Of processor time: what a shell needs to look at its traps, many times. */
  private static final long SOME_NANOS = 2_000_000;

  /** What a tracer does at the stop. */
  private enum Reading {
    LEAVES_UNREAD,
    READS,
    READS_LATE
  }

  @Test
  void shouldReachTheProcessWhenItsStopIsLeftUnread() throws Exception {
    assertThat(endAfter(Reading.LEAVES_UNREAD)).isEqualTo(FIRST.exitStatus());
  }

  @Test
  void shouldBeLostWhenItsStopIsRead() throws Exception {
    assertThat(endAfter(Reading.READS)).isEqualTo(SECOND.exitStatus());
  }

  @Test
  void shouldBeLostWhenItsStopIsReadAtLast() throws Exception {
    assertThat(endAfter(Reading.READS_LATE)).isEqualTo(SECOND.exitStatus());
  }

  /** The exit status of a child whose tracer has died at the stop of the first signal. */
  private static int endAfter(Reading reading) throws Exception {
    FutureTask<TracedChild> tracing = new FutureTask<>(() -> stopped(reading));
    Thread tracer = new Thread(tracing, "tracer");
    tracer.start();
    tracer.join();
    try (TracedChild child = tracing.get()) {
      awaitRunning(child.pid());
      child.signal(SECOND.signal());
      NativeMemory status = NativeMemory.allocate(Integer.BYTES);
      long pid;
      do {
        pid = Libc.call(SyscallNumber.WAIT4, child.pid(), status.address(), WALL);
      } while (pid == child.pid() && (status.buffer().getInt(0) & 0x7f) == 0x7f);
      Reference.reachabilityFence(status);
      assertThat(pid).isEqualTo(child.pid());
      assertThat(status.buffer().getInt(0) & 0x7f).as("the signal that ended it").isZero();
      return status.buffer().getInt(0) >> 8;
    }
  }

  private static TracedChild stopped(Reading reading) throws Exception {
    TracedChild child = TracedChild.trapping(FIRST, SECOND);
    Tracee tracee = child.tracee();
    awaitHandlers(child.pid());
    if (reading != Reading.READS) {
      tracee.leaveStopsUnread();
    }
    child.signal(FIRST.signal());
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(FIRST.signal());
    if (reading == Reading.READS_LATE) {
      tracee.read();
    }
    return child;
  }

  /** It has set both traps; it is killed after a while, and then has no such line. */
  private static void awaitHandlers(int pid) throws Exception {
    long both = 1L << FIRST.signal() - 1 | 1L << SECOND.signal() - 1;
    long caught = 0;
    while ((caught & both) != both) {
      caught = Long.parseUnsignedLong(status(pid, "SigCgt:"), 16);
    }
  }

  /** Nobody traces it any more, and it has run since then, or has ended. */
  private static void awaitRunning(int pid) throws Exception {
    while (!status(pid, "TracerPid:").equals("0")) {
      Thread.onSpinWait();
    }
    long begin = ranNanos(pid);
    while (!status(pid, "State:").startsWith("Z") && ranNanos(pid) - begin < SOME_NANOS) {
      Thread.onSpinWait();
    }
  }

  /** See Documentation/scheduler/sched-stats.rst. */
  private static long ranNanos(int pid) throws Exception {
    return Long.parseLong(Files.readString(Path.of("/proc/" + pid + "/schedstat")).split(" ")[0]);
  }

  private static String status(int pid, String field) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()).trim())
        .findFirst()
        .orElseThrow();
  }
}
