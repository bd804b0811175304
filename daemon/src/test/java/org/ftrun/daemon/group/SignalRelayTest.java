package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals to a real child, as its tracer sees them arrive. */
@Timeout(60)
class SignalRelayTest {
  private static final int SIGUSR1 = 10;
  private static final int SIGRTMIN = 34;
  private static final int SI_USER = 0;
  private static final int SI_QUEUE = -1;
  private static final long VALUE = 0x0123_4567_89ab_cdefL;
  private static final int LIMIT_SECONDS = 20;

  private final SignalRelay relay = new SignalRelay();
  private int pid;
  private boolean ended;
  private Tracee child;

  @BeforeEach
  void start() throws Exception {
    String[] command = {"/bin/sleep", "30"};
    pid = (int) Libc.spawn(command[0], command, new String[0]);
    assertThat(pid).isPositive();
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS).execute(this::kill);
    child = Tracee.seize(pid, 0);
    relay.primaryIs(pid);
  }

  /** Lets no wait go on for ever. */
  private synchronized void kill() {
    if (!ended) {
      SignalRelay.kill(pid);
    }
  }

  @AfterEach
  synchronized void end() throws Exception {
    relay.nobodyServes();
    kill();
    Stop stop = child.await();
    while (stop.kind() != StopKind.KILLED && stop.kind() != StopKind.GONE) {
      stop = child.await();
    }
    ended = true;
  }

  @Test
  void shouldCarryTheValueWhenASignalWasQueued() throws Exception {
    relay.send(SIGRTMIN, siginfo(SIGRTMIN, SI_QUEUE));
    ByteBuffer seen = arrived(SIGRTMIN);
    assertThat(seen.getInt(8)).isEqualTo(SI_QUEUE);
    assertThat(seen.getInt(16)).as("the sender").isEqualTo(4711);
    assertThat(seen.getLong(24)).isEqualTo(VALUE);
  }

  @Test
  void shouldQueueEachWhenARealTimeSignalComesTwice() throws Exception {
    relay.send(SIGRTMIN, siginfo(SIGRTMIN, SI_QUEUE));
    relay.send(SIGRTMIN, siginfo(SIGRTMIN, SI_QUEUE));
    arrived(SIGRTMIN);
    child.resume(0);
    arrived(SIGRTMIN);
  }

  @Test
  void shouldSendAPlainSignalWhenItWasNotQueued() throws Exception {
    relay.send(SIGUSR1, siginfo(SIGUSR1, SI_USER));
    ByteBuffer seen = arrived(SIGUSR1);
    assertThat(seen.getInt(8)).isEqualTo(SI_USER);
    assertThat(seen.getInt(16)).isEqualTo((int) ProcessHandle.current().pid());
  }

  @Test
  void shouldKeepSignalsForTheSuccessorWhenThePrimaryIsDying() throws Exception {
    relay.hold();
    relay.send(SIGRTMIN, siginfo(SIGRTMIN, SI_QUEUE));
    relay.primaryIs(pid);
    assertThat(arrived(SIGRTMIN).getLong(24)).isEqualTo(VALUE);
  }

  @Test
  void shouldKillTheSuccessorWhenThePrimaryIsDying() {
    relay.hold();
    relay.kill();
    relay.primaryIs(pid);
    assertThat(child.await().kind()).isEqualTo(StopKind.KILLED);
  }

  @Test
  void shouldSendNothingWhenTheServiceHasEnded() throws Exception {
    relay.nobodyServes();
    relay.send(SIGUSR1, siginfo(SIGUSR1, SI_USER));
    relay.kill();
    relay.primaryIs(pid);
    relay.send(SIGRTMIN, siginfo(SIGRTMIN, SI_QUEUE));
    arrived(SIGRTMIN); // a signal sent before would come before, being of a lower number
  }

  @Test
  void shouldLeaveNoDescriptorWhenPrimariesFollowEachOther() {
    int before = pidfds();
    for (int i = 0; i < 10; i++) {
      relay.hold();
      relay.primaryIs(pid);
    }
    assertThat(pidfds()).isEqualTo(before);
    relay.nobodyServes();
    assertThat(pidfds()).isEqualTo(before - 1);
  }

  private static int pidfds() {
    int count = 0;
    for (File descriptor : new File("/proc/self/fd").listFiles()) {
      try {
        String target = Files.readSymbolicLink(descriptor.toPath()).toString();
        count += target.contains("pidfd") ? 1 : 0;
      } catch (IOException e) {
        continue; // closed meanwhile, as that of the directory itself
      }
    }
    return count;
  }

  private ByteBuffer arrived(int signal) throws TraceeDiedException {
    Stop stop = child.await();
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(signal);
    byte[] bytes = new byte[128];
    child.readSiginfo(signal, bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] siginfo(int signal, int code) {
    byte[] bytes = new byte[128];
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    words.putInt(0, signal).putInt(8, code).putInt(16, 4711).putLong(24, VALUE);
    return bytes;
  }
}
