package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.abi.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SignalActionsTest {
  private static final long HANDLER = 0x7f00_0000_1000L;

  private final SignalActions actions = new SignalActions();
  @TempDir private Path directory;

  /** Linux is the oracle: a child with default dispositions is sent each signal. */
  @Test
  void shouldKnowWhatEachSignalDoesByDefault() throws Exception {
    Map<String, Long> fates =
        HeaderProbe.values(
            directory,
            """
            #include <signal.h>
            #include <sys/resource.h>
            #include <sys/wait.h>
            #include <unistd.h>
            static struct sigaction default_action;
            """,
            List.of(
                """
                struct rlimit none = {0, 0};
                setrlimit(RLIMIT_CORE, &none);
                sigset_t empty; /* neither mask nor dispositions are ours to choose */
                sigemptyset(&empty);
                sigprocmask(SIG_SETMASK, &empty, 0);
                for (int signal = 1; signal <= 64; signal++) sigaction(signal, &default_action, 0);
                for (int signal = 1; signal <= 64; signal++) {
                  if (signal == 32 || signal == 33) continue; /* glibc refuses its own */
                  pid_t pid = fork();
                  if (pid == 0) { setpgid(0, 0); kill(getpid(), signal); _exit(0); }
                  int status;
                  waitpid(pid, &status, WUNTRACED);
                  printf("%d %d\\n", signal,
                         WIFEXITED(status) ? 0 : WIFSTOPPED(status) ? 1 : 2);
                  if (WIFSTOPPED(status)) { kill(pid, SIGKILL); waitpid(pid, &status, 0); }
                }
                """));

    assertThat(fates).hasSize(62);
    fates.forEach(
        (name, fate) -> {
          int signal = Integer.parseInt(name);
          boolean orphaned = fate == 0 && actions.stops(signal) && signal != Signal.SIGSTOP;
          if (!orphaned) { // terminal stops do not stop an orphaned process group
            assertThat(actions.isWithoutEffect(signal)).as(name).isEqualTo(fate == 0);
            assertThat(actions.stops(signal)).as(name).isEqualTo(fate == 1);
            assertThat(actions.isDeadly(signal)).as(name).isEqualTo(fate == 2);
          }
        });
  }

  @Test
  void shouldTellCrashesFromOtherEnds() {
    assertThat(IntStream.rangeClosed(1, 64).filter(SignalActions::isCrash))
        .containsExactly(3, 4, 5, 6, 7, 8, 11, 24, 25, 31); // signal(7), action Core
  }

  @Test
  void shouldHaveNoEffectWhenIgnored() {
    actions.set(Signal.SIGTERM, SignalAction.IGNORE);
    actions.set(Signal.SIGTSTP, SignalAction.IGNORE);
    assertThat(actions.isWithoutEffect(Signal.SIGTERM)).isTrue();
    assertThat(actions.isDeadly(Signal.SIGTERM)).isFalse();
    assertThat(actions.stops(Signal.SIGTSTP)).isFalse();
  }

  @Test
  void shouldNeitherEndNorStopNorVanishWhenHandled() {
    SignalAction handled = new SignalAction(HANDLER, 0, 0, 0);
    for (int signal : new int[] {Signal.SIGTERM, Signal.SIGTSTP, Signal.SIGCHLD}) {
      actions.set(signal, handled);
      assertThat(actions.isDeadly(signal)).isFalse();
      assertThat(actions.stops(signal)).isFalse();
      assertThat(actions.isWithoutEffect(signal)).isFalse();
    }
    assertThat(handled.hasHandler()).isTrue();
    assertThat(new SignalAction(-4096, 0, 0, 0).hasHandler()).isTrue();
    assertThat(SignalAction.IGNORE.hasHandler()).isFalse();
    assertThat(SignalAction.DEFAULT.hasHandler()).isFalse();
  }

  @Test
  void shouldKeepOnlyIgnoredSignalsWhenExecuted() {
    long ignored = SignalActions.bit(Signal.SIGHUP) | SignalActions.bit(64);
    SignalActions after = SignalActions.afterExec(ignored);
    for (int signal = 1; signal <= 64; signal++) {
      boolean kept = signal == Signal.SIGHUP || signal == 64;
      assertThat(after.of(signal)).isEqualTo(kept ? SignalAction.IGNORE : SignalAction.DEFAULT);
    }
  }

  @Test
  void shouldNameIgnoredOwnedSignalsOnly() {
    actions.set(Signal.SIGTERM, SignalAction.IGNORE);
    actions.set(Signal.SIGTRAP, SignalAction.IGNORE);
    assertThat(actions.ignoredOwned()).isEqualTo(SignalActions.bit(Signal.SIGTRAP));
  }

  @Test
  void shouldReadTheFlags() {
    assertThat(new SignalAction(HANDLER, 0x1000_0000L, 0, 0).restarts()).isTrue();
    assertThat(new SignalAction(HANDLER, 0x8000_0000L, 0, 0).isOneShot()).isTrue();
    assertThat(new SignalAction(HANDLER, 0x4000_0000L, 0, 0).maskOfItself(10)).isZero();
    assertThat(new SignalAction(HANDLER, 0, 0, 0).maskOfItself(10)).isEqualTo(1L << 9);
    assertThat(SignalActions.bit(1)).isEqualTo(1);
    assertThat(SignalActions.bit(64)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void shouldBeIndependentWhenCopied() {
    SignalActions copy = actions.copy();
    actions.set(Signal.SIGTERM, SignalAction.IGNORE);
    assertThat(copy.of(Signal.SIGTERM)).isEqualTo(SignalAction.DEFAULT);
  }

  @Test
  void shouldForgetTheHandlerOnlyWhenItWasForOnce() {
    SignalAction lasting = new SignalAction(HANDLER, 0, 1, 2);
    actions.set(Signal.SIGUSR1, lasting);
    actions.entered(Signal.SIGUSR1);
    assertThat(actions.of(Signal.SIGUSR1)).isEqualTo(lasting);
    actions.set(Signal.SIGUSR1, new SignalAction(HANDLER, 0x8000_0000L, 1, 2));
    actions.entered(Signal.SIGUSR1);
    assertThat(actions.of(Signal.SIGUSR1).isDefault()).isTrue();
    assertThat(actions.isDeadly(Signal.SIGUSR1)).isTrue();
  }

  /** The kernel forgets the handler of a one-shot and nothing else. */
  @Test
  void shouldShowAOneShotAsTheKernelDoesWhenItHasRun() throws Exception {
    Map<String, Long> shown =
        HeaderProbe.values(
            directory,
            "#include <signal.h>\n#include <stdlib.h>\n",
            List.of(
                """
                struct sigaction act = {0}, old;
                act.sa_handler = (void (*)(int))abs;
                act.sa_flags = SA_RESETHAND | SA_RESTART;
                sigaddset(&act.sa_mask, SIGTERM);
                sigaction(SIGUSR1, &act, 0);
                raise(SIGUSR1);
                sigaction(SIGUSR1, 0, &old);
                printf("handler %lu\\n", (unsigned long)old.sa_handler);
                printf("flags %lu\\n", (unsigned long)(unsigned)old.sa_flags & 0x90000000);
                printf("mask %lu\\n", *(unsigned long *)&old.sa_mask);
                """));
    long flags = 0x9000_0000L;
    actions.set(Signal.SIGUSR1, new SignalAction(HANDLER, flags, 5, 1L << 14));
    actions.entered(Signal.SIGUSR1);
    SignalAction after = actions.of(Signal.SIGUSR1);

    assertThat(after.handler()).isEqualTo(shown.get("handler"));
    assertThat(after.flags()).isEqualTo(shown.get("flags")).isEqualTo(flags);
    assertThat(after.mask()).isEqualTo(shown.get("mask")).isEqualTo(1L << 14);
    assertThat(after.restorer()).isEqualTo(5);
  }
}
