package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that a real child is made to execute. */
@Timeout(60)
class InjectedCallTest {
  private MemberOnChild on;
  private MemberThread member;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    member = on.member;
  }

  @AfterEach
  void end() {
    on.close();
  }

  @Test
  void shouldReturnWhatTheKernelTellsTheChild() throws Exception {
    assertThat(member.inject(MemberOnChild.number("getpid"))).isEqualTo(on.child.pid());
    assertThat(member.inject(MemberOnChild.number("close"), -1)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void shouldPassAllSixArguments() throws Exception {
    int flags = MemberOnChild.PRIVATE_ANONYMOUS | 0x10;
    long mapped =
        member.inject(MemberOnChild.number("mmap"), on.room + 4096, 4096, 1, flags, -1, 0);
    assertThat(mapped).isEqualTo(on.room + 4096);
    mapped = member.inject(MemberOnChild.number("mmap"), 0, 4096, 1, flags & ~0x10, -1, 1);
    assertThat(mapped).as("an offset that is no page").isEqualTo(-Errno.EINVAL);
  }

  @Test
  void shouldHoldSignalsThatCameMeanwhileInTheirOrder() throws Exception {
    on.child.signal(Signal.SIGTERM);
    on.child.signal(Signal.SIGUSR1);
    on.child.signal(Signal.SIGTRAP);

    assertThat(member.inject(MemberOnChild.number("getpid"))).isEqualTo(on.child.pid());
    assertThat(member.inject(MemberOnChild.number("getppid")))
        .isEqualTo(ProcessHandle.current().pid());

    assertThat(member.held.all().stream().map(HeldSignals::signalOf))
        .containsExactlyInAnyOrder(Signal.SIGTERM, Signal.SIGUSR1, Signal.SIGTRAP);
    for (byte[] siginfo : member.held.all()) {
      assertThat(HeldSignals.senderOf(siginfo)).isEqualTo((int) ProcessHandle.current().pid());
      assertThat(HeldSignals.codeOf(siginfo)).isZero();
    }
    assertThat(member.tracee.pendingSignals(true)).isEmpty();
  }

  @Test
  void shouldGetTheResultAlthoughTheProcessWasToStop() throws Exception {
    on.child.signal(Signal.SIGSTOP);
    assertThat(member.inject(MemberOnChild.number("getpid"))).isEqualTo(on.child.pid());
    assertThat(HeldSignals.signalOf(member.held.take())).isEqualTo(Signal.SIGSTOP);
  }

  @Test
  void shouldLeaveTheExitToBeReadAgainWhenTheChildIsKilled() {
    on.child.signal(Signal.SIGKILL);
    assertThatThrownBy(() -> member.inject(MemberOnChild.number("getpid")))
        .isSameAs(TraceeDiedException.INSTANCE);
    assertThat(member.tracee.await().kind()).isEqualTo(StopKind.KILLED);
  }

  @Test
  void shouldLeaveTheExitToBeReadAgainWhenTheCallItselfEndsIt() {
    assertThatThrownBy(() -> member.inject(MemberOnChild.number("exit_group"), 3))
        .isSameAs(TraceeDiedException.INSTANCE);
    assertThat(member.tracee.await().kind()).isEqualTo(StopKind.EXITED);
    assertThat(member.tracee.await().kind()).isEqualTo(StopKind.GONE);
  }

  @Test
  void shouldLetTheChildGoOnWhenItsRegistersAreWrittenBack() throws Exception {
    Registers before = new Registers();
    member.tracee.readRegisters(before);
    member.inject(MemberOnChild.number("getpid"));
    member.tracee.writeRegisters(before);
    member.tracee.resume(0);
    on.child.signal(Signal.SIGUSR1);
    assertThat(member.tracee.await().signal()).isEqualTo(Signal.SIGUSR1);
  }
}
