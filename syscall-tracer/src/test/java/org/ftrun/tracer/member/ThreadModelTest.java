package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThreadModelTest {
  private static final long SEGV = SignalActions.bit(Signal.SIGSEGV);
  private static final long TRAP = SignalActions.bit(Signal.SIGTRAP);
  private static final long NODEFER = 0x4000_0000L;

  private final SignalActions actions = new SignalActions();
  private final ThreadModel model = new ThreadModel(7, new ThreadRoom(new TraceeAddress(4096)));

  @Test
  void shouldHideItselfAndTheOwnedOfTheMaskWhileAHandlerRuns() {
    handle(Signal.SIGSEGV, 0, TRAP | SignalActions.bit(Signal.SIGTERM));
    model.enterHandler(Signal.SIGSEGV, actions);
    assertThat(model.hiddenMask).isEqualTo(SEGV | TRAP);
    model.leaveHandler();
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldNotHideItselfWhenNotDeferred() {
    handle(Signal.SIGSEGV, NODEFER, 0);
    model.enterHandler(Signal.SIGSEGV, actions);
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldRestoreEachMaskWhenHandlersAreNested() {
    handle(Signal.SIGUSR1, 0, TRAP);
    handle(Signal.SIGUSR2, 0, SEGV);
    model.enterHandler(Signal.SIGUSR1, actions);
    model.enterHandler(Signal.SIGUSR2, actions);
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
    model.enterHandler(Signal.SIGUSR1, actions);
    model.hiddenMask = TRAP;
    for (int i = 0; i < 64; i++) {
      model.enterHandler(Signal.SIGUSR1, actions);
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
    model.enterHandler(Signal.SIGUSR1, actions);
    model.enterHandler(Signal.SIGUSR2, actions);
    model.tidAddress = 1;
    model.robustList = 2;
    model.robustLength = 3;
    model.alternateStack = new ThreadModel.AlternateStack(4, 5, 6);
    ThreadModel copy = model.copy();
    model.leaveHandler();
    model.leaveHandler();
    model.alternateStack = null;

    assertThat(copy.hiddenMask).isEqualTo(TRAP | SEGV);
    copy.leaveHandler();
    assertThat(copy.hiddenMask).isEqualTo(TRAP);
    copy.leaveHandler();
    assertThat(copy.hiddenMask).isZero();
    assertThat(new long[] {copy.tidAddress, copy.robustList, copy.robustLength})
        .containsExactly(1, 2, 3);
    assertThat(copy.alternateStack).isEqualTo(new ThreadModel.AlternateStack(4, 5, 6));
    assertThat(copy.id).isEqualTo(7);
    assertThat(copy.room).isEqualTo(model.room);
  }

  private void handle(int signal, long flags, long mask) {
    actions.set(signal, new SignalAction(0x1000, flags, 0, mask));
  }
}
