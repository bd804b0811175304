package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.stub.StubLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals that were kept from a real child's kernel are in the kernel again. */
@Timeout(60)
class OwnSignalsTest {
  private static final long TRAP = SignalActions.bit(Signal.SIGTRAP);
  private static final long SEGV = SignalActions.bit(Signal.SIGSEGV);
  private static final long SYS = SignalActions.bit(Signal.SIGSYS);
  private static final long USR1 = SignalActions.bit(Signal.SIGUSR1);

  private MemberOnChild on;
  private MemberThread member;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    member = on.member;
    member.tracee.setSignalMask(0);
  }

  @AfterEach
  void end() {
    on.close();
  }

  @Test
  void shouldPendWithTheirSiginfoWhenAllAreBlocked() throws Exception {
    member.tracee.setSignalMask(-1);
    byte[] trap = siginfo(Signal.SIGTRAP, 7);
    byte[] user = siginfo(Signal.SIGUSR1, 8);
    new OwnSignals(member).queue(trap);
    new OwnSignals(member).queueShared(user);
    assertThat(List.of(member.tracee.pendingSignals(false))).containsExactly(trap);
    assertThat(List.of(member.tracee.pendingSignals(true))).containsExactly(user);
    assertThat(status("SigBlk")).as("SIGTRAP still").isEqualTo(~(bit(9) | bit(19)));
    assertThat(member.held.isEmpty()).isTrue();
  }

  @Test
  void shouldGiveBackOnlyWhatIsNotHiddenAnyMore() throws Exception {
    byte[] trap = siginfo(Signal.SIGTRAP, 1);
    byte[] segv = siginfo(Signal.SIGSEGV, 2);
    member.hiddenPending.add(trap);
    member.hiddenPending.add(segv);
    member.thread().hiddenMask = TRAP | SEGV;
    new OwnSignals(member).queueReleased();
    assertThat(member.hiddenPending.all()).containsExactly(trap, segv);
    assertThat(member.tracee.signalMask()).as("nothing was done").isZero();

    member.thread().hiddenMask = SEGV;
    new OwnSignals(member).queueReleased();
    assertThat(member.hiddenPending.all()).containsExactly(segv);
    assertThat(List.of(member.tracee.pendingSignals(false))).containsExactly(trap);
  }

  @Test
  void shouldKeepTheFirstInTheKernelsOrder() throws Exception {
    byte[] user = siginfo(Signal.SIGUSR1, 1);
    byte[] sys = siginfo(Signal.SIGSYS, 2);
    byte[] segv = siginfo(Signal.SIGSEGV, 3);
    byte[] trap = siginfo(Signal.SIGTRAP, 4);
    for (byte[] siginfo : List.of(user, sys, segv, trap)) {
      member.hiddenPending.add(siginfo);
    }
    member.tracee.setSignalMask(SYS | SEGV | USR1);
    assertThat(new OwnSignals(member).queueAllButFirst(TRAP)).isSameAs(segv);
    assertThat(member.hiddenPending.all()).containsExactly(segv, trap);
    assertThat(List.of(member.tracee.pendingSignals(false))).containsExactlyInAnyOrder(user, sys);
    assertThat(member.tracee.signalMask()).isEqualTo(SYS | SEGV | USR1);
  }

  @Test
  void shouldTakeOnlyUnblockedSignalsForItsOwn() throws Exception {
    member.tracee.setSignalMask(USR1);
    byte[] sent = siginfo(Signal.SIGUSR1, 1);
    new OwnSignals(member).queueBlocked(sent);
    assertThat(member.hasOwnSignalPending()).isFalse();
    member.tracee.setSignalMask(-1);
    new OwnSignals(member).queue(forced(Signal.SIGSEGV));
    member.tracee.setSignalMask(SEGV);
    assertThat(member.hasOwnSignalPending()).as("blocked").isFalse();
    member.tracee.setSignalMask(0);
    assertThat(member.hasOwnSignalPending()).isTrue();
  }

  /** What the kernel forces upon a thread at a trap would reset an ignored SIGTRAP. */
  @Test
  void shouldRestoreActionsMaskAndPendingSignalsWhenReleased() throws Exception {
    member.model().actions.set(Signal.SIGTRAP, SignalAction.IGNORE);
    member.model().actions.set(Signal.SIGUSR2, new SignalAction(0x1000, 0, 0, SEGV));
    member.thread().hiddenMask = SEGV | SYS;
    member.hiddenPending.add(siginfo(Signal.SIGSEGV, 1));
    member.hiddenPending.add(siginfo(Signal.SIGSYS, 2));
    member.tracee.setSignalMask(USR1);
    member.held.add(siginfo(Signal.SIGUSR1, 3));
    Registers service = new Registers();
    member.tracee.readRegisters(service);
    long pause = member.model().stub.base().value() + StubLayout.BIRTH_TRAPPED;
    // Where the stub lets a newborn wait whose clone has returned 0, and whose parent is as told.
    service.rip(pause).rax(0).argument(5, ProcessHandle.current().pid());
    try (NoGroup group = new NoGroup()) {
      Role role = new Release(new PrimaryRole(member, group).standingAt(service)).release();
      assertThat(role).isInstanceOf(NativeRole.class);
    }
    assertThat(status("TracerPid")).isZero();
    assertThat(status("SigIgn") & TRAP).isEqualTo(TRAP);
    assertThat(status("SigBlk")).isEqualTo(USR1 | SEGV | SYS);
    assertThat(status("SigPnd")).isEqualTo(USR1 | SEGV | SYS);
  }

  private long status(String field) throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/" + on.child.pid() + "/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseUnsignedLong(line.substring(field.length() + 1).trim(), 16);
      }
    }
    throw new AssertionError("no " + field);
  }

  private static long bit(int signal) {
    return SignalActions.bit(signal);
  }

  private static byte[] forced(int signal) {
    byte[] siginfo = siginfo(signal, 0);
    siginfo[8] = 1;
    siginfo[9] = siginfo[10] = siginfo[11] = 0;
    return siginfo;
  }

  /** As rt_sigqueueinfo(2) takes it: si_code SI_QUEUE. */
  private static byte[] siginfo(int signal, int sender) {
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    siginfo[0] = (byte) signal;
    siginfo[8] = siginfo[9] = siginfo[10] = siginfo[11] = -1;
    siginfo[16] = (byte) sender;
    return siginfo;
  }
}
