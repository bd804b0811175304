package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.StubRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProcessModelTest {
  private static final long SA_NODEFER = 0x40000000L;
  private static final long SA_RESETHAND = 0x80000000L;

  private final ProcessModel model =
      new ProcessModel(
          new StubRegion(new TraceeAddress(0x10000)),
          new TraceeAddress(0x20000),
          new SignalActions());

  private void handle(int signal, long flags, long mask) {
    model.actions.set(signal, new SignalAction(0x4000, flags, 0, mask));
  }

  @Test
  void shouldHideOwnedSignalsWhileTheirHandlerRuns() {
    handle(Signal.SIGTRAP, 0, SignalActions.bit(Signal.SIGSEGV) | SignalActions.bit(1));
    model.enterHandler(Signal.SIGTRAP);
    assertThat(model.hiddenMask)
        .isEqualTo(SignalActions.bit(Signal.SIGTRAP) | SignalActions.bit(Signal.SIGSEGV));
    model.leaveHandler();
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldNotHideItselfWithNodefer() {
    handle(Signal.SIGTRAP, SA_NODEFER, 0);
    model.enterHandler(Signal.SIGTRAP);
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldReturnToTheMaskOfEachNestedHandler() {
    handle(Signal.SIGTRAP, 0, 0);
    handle(Signal.SIGSEGV, 0, 0);
    model.enterHandler(Signal.SIGTRAP);
    model.enterHandler(Signal.SIGSEGV);
    model.leaveHandler();
    assertThat(model.hiddenMask).isEqualTo(SignalActions.bit(Signal.SIGTRAP));
    model.leaveHandler();
    model.leaveHandler();
    assertThat(model.hiddenMask).isZero();
  }

  @Test
  void shouldForgetAOneShotHandler() {
    handle(Signal.SIGUSR1, SA_RESETHAND, 0);
    model.enterHandler(Signal.SIGUSR1);
    assertThat(model.actions.of(Signal.SIGUSR1).isDefault()).isTrue();
    assertThat(model.actions.isDeadly(Signal.SIGUSR1)).isTrue();
  }

  @Test
  void shouldCopyWithoutSharing() {
    handle(Signal.SIGUSR1, 0, 0);
    model.hiddenMask = SignalActions.bit(Signal.SIGSYS);
    ProcessModel copy = model.copy();
    model.actions.set(Signal.SIGUSR1, SignalAction.IGNORE);
    model.hiddenMask = 0;
    assertThat(copy.actions.of(Signal.SIGUSR1).hasHandler()).isTrue();
    assertThat(copy.hiddenMask).isEqualTo(SignalActions.bit(Signal.SIGSYS));
  }

  @Test
  void shouldKeepOnlyIgnoredSignalsOverExec() {
    SignalActions after = SignalActions.afterExec(SignalActions.bit(Signal.SIGHUP));
    assertThat(after.of(Signal.SIGHUP).isIgnore()).isTrue();
    assertThat(after.isWithoutEffect(Signal.SIGHUP)).isTrue();
    assertThat(after.isWithoutEffect(Signal.SIGCHLD)).isTrue();
    assertThat(after.stops(Signal.SIGTSTP)).isTrue();
    assertThat(after.isDeadly(Signal.SIGTERM)).isTrue();
  }
}
