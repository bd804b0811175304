package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ProcessModelTest {
  private static final long TRAP = SignalActions.bit(Signal.SIGTRAP);

  private final ProcessModel model =
      new ProcessModel(
          new StubRegion(new TraceeAddress(4096)), new TraceeAddress(8192), new SignalActions());

  @Test
  void shouldGoItsOwnWayWhenCopied() {
    handle(Signal.SIGUSR1, TRAP);
    model.timeStampTrapped = true;
    model.cpuidTrapped = true;
    model.realTimer.set(0, 5, 6);
    model.rooms().addChunk(16384);
    ProcessModel copy = model.copy();
    handle(Signal.SIGUSR1, 0);
    model.realTimer.set(0, 0, 0);
    model.rooms().take();

    assertThat(copy.actions.of(Signal.SIGUSR1).mask()).isEqualTo(TRAP);
    assertThat(copy.realTimer.isArmed()).isTrue();
    assertThat(copy.rooms().next().base()).isEqualTo(new TraceeAddress(16384));
    assertThat(copy.timeStampTrapped && copy.cpuidTrapped).isTrue();
    assertThat(copy.stub).isEqualTo(model.stub);
    assertThat(copy.log).isEqualTo(model.log);
  }

  private void handle(int signal, long mask) {
    model.actions.set(signal, new SignalAction(0x1000, 0, 0, mask));
  }
}
