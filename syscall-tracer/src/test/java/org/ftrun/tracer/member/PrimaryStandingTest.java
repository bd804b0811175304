package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PrimaryStandingTest {
  private static final int SIGURG = 23;

  /** As a seeding does, and the news of a child's end. */
  @Test
  void shouldHaveItsSignalWhenCallsOfOursWereMadeMeanwhile() throws Exception {
    try (NoGroup group = new NoGroup();
        MemberOnChild on = new MemberOnChild();
        MemberOnChild second = new MemberOnChild()) {
      PrimaryRole role = new PrimaryRole(on.member, group);
      PrimaryThread other = role.add(second.member);
      PrimaryThread thread = role.first();
      role.turn.take(other);
      on.member.tracee.resume(0);
      assertThat(Libc.call(SyscallNumber.KILL, on.child.pid(), SIGURG)).isZero();
      Stop stop = on.member.tracee.await();
      assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
      thread.stopped(stop);
      assertThat(thread.standing.isStanding()).isTrue();

      Registers service = new Registers();
      on.member.tracee.readRegisters(service);
      assertThat(on.member.inject(SyscallNumber.GETPID)).isEqualTo(on.child.pid());
      on.member.tracee.writeRegisters(service);
      thread.standing.afterAssembly();
      role.turn.release(other);

      assertThat(role.turn.next()).isSameAs(thread);
      assertThat(thread.standing.goOn()).isSameAs(role);
      assertThat(thread.standing.isStanding()).isFalse();
      assertThat(ProcessState.isZombie(on.child.pid())).isFalse();
    }
  }
}
