package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ftrun.daemon.service.ScriptedService;
import org.ftrun.daemon.service.ServiceState;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals go to the signal thread itself: other threads of a test's JVM do not block them. */
@Timeout(30)
class SignalThreadTest {
  private static final int SIGINT = 2;
  private static final int SIGUSR1 = 10;
  private static final int SIGALRM = 14;
  private static final int SI_KERNEL = 0x80;

  private final ScriptedService service = new ScriptedService();
  private final SignalThread thread =
      new SignalThread(1L << (SIGINT - 1) | 1L << (SIGUSR1 - 1) | 1L << (SIGALRM - 1));

  /** Threads of earlier tests, which may take a second to end. */
  private Set<Integer> earlier;

  @BeforeEach
  void start() throws Exception {
    earlier = signalThreads();
    thread.start();
  }

  @AfterEach
  void stop() {
    thread.close();
  }

  @Test
  void shouldPassSignalsOnInOrderWhenServiceRuns() throws Exception {
    thread.passTo(service);
    send(SIGUSR1);
    assertThat(asked()).isEqualTo("signal 10 of 128 bytes");
    send(SIGINT);
    assertThat(asked()).isEqualTo("signal 2 of 128 bytes");
  }

  @Test
  void shouldKeepTerminalsSignalWhenServiceIsInTheSameGroup() throws Exception {
    thread.passTo(service);
    showPrimary((int) ProcessHandle.current().pid());
    takeFromKernel(SIGINT);
    takeFromKernel(SIGALRM); // a timer's: not from a terminal
    assertThat(asked()).isEqualTo("signal 14 of 128 bytes");
  }

  @Test
  void shouldPassTerminalsSignalWhenServiceIsInAnotherGroup() throws Exception {
    thread.passTo(service);
    Process other = new ProcessBuilder("setsid", "cat").start();
    try {
      assertThat(other.isAlive()).isTrue();
      showPrimary(awaitOwnGroup(other));
      takeFromKernel(SIGINT);
      assertThat(asked()).isEqualTo("signal 2 of 128 bytes");
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  /** It may run already: an end that was asked for must not leave it behind. */
  @Test
  void shouldPassOnAnEarlyEndWhenTheServiceIsThere() throws Exception {
    take(SIGUSR1);
    take(SIGINT);
    assertThat(service.asked).isEmpty();
    thread.passTo(service);
    assertThat(asked()).isEqualTo("signal 2 of 128 bytes");
    assertThat(service.asked).isEmpty();
  }

  private void take(int signal) {
    thread.take(signal, NativeMemory.allocate(128));
  }

  private static int awaitOwnGroup(Process process) throws Exception {
    int pid = (int) process.pid();
    for (int tries = 0; Libc.call(121, pid) != pid; tries++) {
      assertThat(tries).isLessThan(10_000_000);
      Thread.onSpinWait();
    }
    return pid;
  }

  private String asked() throws InterruptedException {
    return service.asked.poll(10, TimeUnit.SECONDS);
  }

  private void showPrimary(int pid) {
    service.show(
        new ServiceStatus(
            "x",
            ServiceState.UNPROTECTED,
            1,
            new ServiceStatus.Member(pid, 0),
            List.of(),
            "alone",
            List.of(),
            0,
            0,
            0,
            0,
            null,
            new ServiceStatus.Settlements(0, 0, 0),
            0,
            0,
            List.of()));
  }

  /** Only the kernel can send a signal with this code, so the thread's turn is ours. */
  private void takeFromKernel(int signal) {
    NativeMemory siginfo = NativeMemory.allocate(128);
    siginfo.buffer().putInt(0, signal).putInt(8, SI_KERNEL);
    thread.take(signal, siginfo);
  }

  private void send(int signal) throws Exception {
    Set<Integer> own = signalThreads();
    own.removeAll(earlier);
    assertThat(own).hasSize(1);
    long pid = ProcessHandle.current().pid();
    assertThat(Libc.call(SyscallNumber.TGKILL, pid, own.iterator().next(), signal)).isZero();
  }

  private static Set<Integer> signalThreads() throws Exception {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks
          .filter(SignalThreadTest::isSignalThread)
          .map(task -> Integer.valueOf(task.getFileName().toString()))
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  private static boolean isSignalThread(Path task) {
    try {
      return Files.readString(task.resolve("comm")).startsWith("signals");
    } catch (java.io.IOException e) {
      return false; // ended meanwhile
    }
  }
}
