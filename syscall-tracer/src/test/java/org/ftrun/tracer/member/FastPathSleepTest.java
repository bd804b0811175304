package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.stub.StubLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A replica that sleeps in the stub until the next event, and is wanted. */
@Timeout(60)
class FastPathSleepTest {
  private static final long MINUTES = 10 * 60;

  private MemberOnChild on;
  private final Registers registers = new Registers();

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    on.member.model().fastPath = true;
  }

  @AfterEach
  void end() {
    on.close();
  }

  @Test
  void shouldNotSleepOnWhenItsSleepIsEnded() throws Exception {
    on.put(0, MINUTES, 0);
    sleepAt(on.member.model().stub.at(StubLayout.CALL));
    on.member.fastPath.endSleep(registers);
    on.member.tracee.resume(0);
    // Behind the call it comes to an instruction that needs the area, which this child lacks.
    assertThat(nextStop().kind()).isEqualTo(StopKind.SIGNAL);
    on.member.tracee.readRegisters(registers);
    assertThat(registers.rax()).isEqualTo(-Errno.EINTR);
    assertThat(registers.rip()).isEqualTo(on.member.model().stub.at(StubLayout.BEHIND));
  }

  @Test
  void shouldLeaveACallAloneWhenItIsNotMadeInTheFastPath() throws Exception {
    on.put(0, MINUTES, 0);
    sleepAt(on.member.model().stub.execute());
    on.member.fastPath.endSleep(registers);
    on.member.tracee.readRegisters(registers);
    assertThat(registers.rax()).isEqualTo(-Errno.ERESTART_RESTARTBLOCK);
    assertThat(registers.originalRax()).isEqualTo(MemberOnChild.number("nanosleep"));
  }

  /** Has the child sleep by a {@code syscall} of the stub, and interrupts it there. */
  private void sleepAt(long address) throws Exception {
    on.member.tracee.readRegisters(registers);
    registers.arguments(new long[] {on.room, 0, 0, 0, 0, 0});
    registers.rax(MemberOnChild.number("nanosleep")).originalRax(-1).rip(address);
    on.member.tracee.writeRegisters(registers);
    on.member.tracee.resume(0);
    do {
      on.member.tracee.interrupt();
      assertThat(nextStop().kind()).isEqualTo(StopKind.TRAP);
      on.member.tracee.readRegisters(registers);
      if (registers.rip() == address) { // not there yet
        on.member.tracee.resume(0);
      }
    } while (registers.rip() == address);
    assertThat(registers.rip()).isEqualTo(address + 2);
  }

  private Stop nextStop() {
    Stop stop = on.member.tracee.await();
    while (stop.kind() == StopKind.NONE) {
      stop = on.member.tracee.await();
    }
    return stop;
  }
}
