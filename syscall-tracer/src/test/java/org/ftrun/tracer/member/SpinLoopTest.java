package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real loops in a real process; rdi is the address of a word that is 0. */
@Timeout(60)
class SpinLoopTest {
  @Test
  void shouldKnowALoopThatLooksAtMemoryAgainAndAgain() throws Exception {
    // cmpl $0,(%rdi); pause; je
    assertThat(isLoop(0x83, 0x3f, 0x00, 0xf3, 0x90, 0x74, 0xf9)).isTrue();
    // mov (%rdi),%eax; test %eax,%eax; je
    assertThat(isLoop(0x8b, 0x07, 0x85, 0xc0, 0x74, 0xfa)).isTrue();
  }

  @Test
  void shouldKnowALoopThatStoresTheSameAgainAndAgain() throws Exception {
    // xor %eax,%eax; xchg %eax,(%rdi); test %eax,%eax; je
    assertThat(isLoop(0x31, 0xc0, 0x87, 0x07, 0x85, 0xc0, 0x74, 0xf8)).isTrue();
  }

  @Test
  void shouldNotTakeALoopThatCountsForOneThatWaits() throws Exception {
    // inc %eax; jmp
    assertThat(isLoop(0xff, 0xc0, 0xeb, 0xfc)).isFalse();
    // incl (%rdi); xor %eax,%eax; jmp: the registers do not show it
    assertThat(isLoop(0xff, 0x07, 0x31, 0xc0, 0xeb, 0xfa)).isFalse();
    // lock incl (%rdi); xor %eax,%eax; jmp
    assertThat(isLoop(0xf0, 0xff, 0x07, 0x31, 0xc0, 0xeb, 0xf9)).isFalse();
  }

  @Test
  void shouldNotTakeALoopWithACallForOneThatWaits() throws Exception {
    // xor %eax,%eax; syscall; jmp
    assertThat(isLoop(0x31, 0xc0, 0x0f, 0x05, 0xeb, 0xfa)).isFalse();
  }

  private static boolean isLoop(int... code) throws Exception {
    byte[] bytes = new byte[code.length];
    for (int i = 0; i < code.length; i++) {
      bytes[i] = (byte) code[i];
    }
    try (MemberOnChild on = new MemberOnChild()) {
      assertThat(on.child.tracee().memory().forceWrite(new TraceeAddress(on.text), bytes)).isTrue();
      Registers now = new Registers();
      on.child.tracee().readRegisters(now);
      now.rip(on.text).argument(0, on.room).originalRax(-1);
      on.child.tracee().writeRegisters(now);
      // Once round: the first step also leaves the call that it slept in, which has another
      // si_code.
      for (int i = 0; i < 8; i++) {
        on.child.tracee().step();
        assertThat(on.child.tracee().await().kind()).isEqualTo(StopKind.SIGNAL);
      }
      on.child.tracee().readRegisters(now);
      boolean loop = SpinLoop.isAt(on.member, now);
      assertThat(now.rip()).isBetween(on.text, on.text + code.length);
      return loop;
    }
  }
}
