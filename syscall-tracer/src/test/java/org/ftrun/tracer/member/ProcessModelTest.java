package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ProcessModelTest {
  private static final long SEGV = SignalActions.bit(Signal.SIGSEGV);
  private static final long TRAP = SignalActions.bit(Signal.SIGTRAP);
  private static final long NODEFER = 0x4000_0000L;

  private final ProcessModel model =
      new ProcessModel(
          new StubRegion(new TraceeAddress(4096)), new TraceeAddress(8192), new SignalActions());

  @Test
  void shouldHideItselfAndTheOwnedOfTheMaskWhileAHandlerRuns() {
    handle(Signal.SIGSEGV, 0, TRAP | SignalActions.bit(Signal.SIGTERM));
    model.enterHandler(Signal.SIGSEGV);
    assertThat(model.hiddenMask).isEqualTo(SEGV | TRAP);
    model.leaveHandler();
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldNotHideItselfWhenNotDeferred() {
    handle(Signal.SIGSEGV, NODEFER, 0);
    model.enterHandler(Signal.SIGSEGV);
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldRestoreEachMaskWhenHandlersAreNested() {
    handle(Signal.SIGUSR1, 0, TRAP);
    handle(Signal.SIGUSR2, 0, SEGV);
    model.enterHandler(Signal.SIGUSR1);
    model.enterHandler(Signal.SIGUSR2);
    assertThat(model.hiddenMask).isEqualTo(TRAP | SEGV);
    model.hiddenMask = 0; // the handler unblocks all by itself
    model.leaveHandler();
    assertThat(model.hiddenMask).isEqualTo(TRAP);
    model.leaveHandler();
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldForgetTheOutermostWhenHandlersAreLeftByJumps() {
    handle(Signal.SIGUSR1, 0, 0);
    model.hiddenMask = SEGV;
    model.enterHandler(Signal.SIGUSR1);
    model.hiddenMask = TRAP;
    for (int i = 0; i < 64; i++) {
      model.enterHandler(Signal.SIGUSR1);
    }
    model.hiddenMask = 0;
    for (int i = 0; i < 64; i++) {
      model.leaveHandler();
      assertThat(model.hiddenMask).isEqualTo(TRAP);
    }
    model.leaveHandler();
    assertThat(model.hiddenMask).as("one more return than is remembered").isEqualTo(TRAP);
  }

  @Test
  void shouldGoItsOwnWayWhenCopied() {
    handle(Signal.SIGUSR1, 0, TRAP);
    handle(Signal.SIGUSR2, 0, SEGV);
    model.enterHandler(Signal.SIGUSR1);
    model.enterHandler(Signal.SIGUSR2);
    model.tidAddress = 1;
    model.robustList = 2;
    model.robustLength = 3;
    model.timeStampTrapped = true;
    model.cpuidTrapped = true;
    model.realTimer.set(0, 5, 6);
    ProcessModel copy = model.copy();
    model.leaveHandler();
    model.leaveHandler();
    handle(Signal.SIGUSR1, 0, 0);
    model.realTimer.set(0, 0, 0);

    assertThat(copy.hiddenMask).isEqualTo(TRAP | SEGV);
    copy.leaveHandler();
    assertThat(copy.hiddenMask).isEqualTo(TRAP);
    copy.leaveHandler();
    assertThat(copy.hiddenMask).isZero();
    assertThat(copy.actions.of(Signal.SIGUSR1).mask()).isEqualTo(TRAP);
    assertThat(copy.realTimer.isArmed()).isTrue();
    assertThat(new long[] {copy.tidAddress, copy.robustList, copy.robustLength})
        .containsExactly(1, 2, 3);
    assertThat(copy.timeStampTrapped && copy.cpuidTrapped).isTrue();
    assertThat(copy.stub).isEqualTo(model.stub);
    assertThat(copy.log).isEqualTo(model.log);
  }

  private void handle(int signal, long flags, long mask) {
    model.actions.set(signal, new SignalAction(0x1000, flags, 0, mask));
  }
}
