package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.stub.StubLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signal calls of a real child as the tracer makes them, beside the same calls as the kernel alone
 * answers them.
 */
@Timeout(60)
class CallEffectsTest {
  private static final long BLOCK = 0;
  private static final long UNBLOCK = 1;
  private static final long SET = 2;
  private static final long TRAP = 1L << Signal.SIGTRAP - 1;
  private static final long SEGV = 1L << Signal.SIGSEGV - 1;
  private static final long TERM = 1L << Signal.SIGTERM - 1;
  private static final long HANDLER = 0x1234_5000;
  private static final int OLD = 1024;
  private static final int OTHER = 2048;

  private MemberOnChild on;
  private MemberThread member;
  private CallEffects effects;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    member = on.member;
    effects = new CallEffects(member);
  }

  @AfterEach
  void end() {
    on.close();
  }

  @Test
  void shouldSetItsOwnCapabilitiesWhenTheServiceNamesItself() throws Exception {
    long version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
    on.put(0, version);
    assertThat(byKernel("capget", on.room, on.room + OTHER)).isZero();
    on.put(0, version | 1L << 32); // process 1, as seen from a replica: another one
    assertThat(byKernel("capset", on.room, on.room + OTHER)).isEqualTo(-Errno.EPERM);

    long itself = version | (long) member.ids.pid() << 32;
    on.put(0, itself);
    CallInFlight call = MemberOnChild.call("capset", on.room, on.room + OTHER);
    effects.prepare(call);

    assertThat(on.execute(call)).isZero();
    assertThat(on.get(on.room, 1)).as("the service's own").containsExactly(itself);
  }

  @Test
  void shouldShowActionsAsTheKernelWouldWhateverBitsAreSet() throws Exception {
    on.put(0, HANDLER, -1, 0x77, -1);
    long usr2 = Signal.SIGUSR2;
    assertThat(byKernel("rt_sigaction", usr2, on.room, 0, 8)).isZero();
    assertThat(byKernel("rt_sigaction", usr2, 0, on.room + OTHER, 8)).isZero();

    assertThat(traced("rt_sigaction", Signal.SIGUSR1, on.room, 0, 8)).isZero();
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, 0, on.room + OLD, 8)).isZero();

    assertThat(on.get(on.room + OLD, 4)).isEqualTo(on.get(on.room + OTHER, 4));
    byKernel("rt_sigaction", Signal.SIGUSR1, 0, on.room + OTHER, 8);
    assertThat(on.get(on.room + OTHER, 4)[3] & SignalActions.OWNED).as("the kernel's").isZero();
  }

  @Test
  void shouldGiveTheOldActionAndReplaceItWhenBothAreAsked() throws Exception {
    on.put(0, HANDLER, 0, 0, TRAP | TERM);
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, on.room, on.room + OLD, 8)).isZero();
    assertThat(on.get(on.room + OLD, 4)).containsOnly(0);
    on.put(0, 1, 0, 0, 0);
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, on.room, on.room, 8)).isZero();
    assertThat(on.get(on.room, 4)).containsExactly(HANDLER, 0, 0, TRAP | TERM);
    assertThat(member.model().actions.of(Signal.SIGUSR1).isIgnore()).isTrue();
  }

  @Test
  void shouldKeepFromTheKernelThatAnOwnedSignalIsIgnored() throws Exception {
    on.put(0, 1, 0, 0, 0);
    assertThat(traced("rt_sigaction", Signal.SIGTRAP, on.room, 0, 8)).isZero();
    byKernel("rt_sigaction", Signal.SIGTRAP, 0, on.room + OTHER, 8);
    long stubHandler = member.model().stub.at(StubLayout.HANDLER);
    assertThat(on.get(on.room + OTHER, 1)).containsExactly(stubHandler);
    assertThat(member.model().actions.ignoredOwned()).isEqualTo(TRAP);
    assertThat(on.get(on.room, 4)).as("the service's own").containsExactly(1, 0, 0, 0);
  }

  @Test
  void shouldGiveTheKernelTheStubsHandlerWithTheServicesStackAndFrameWhenAnOwnedSignalIsHandled()
      throws Exception {
    long onStack = 0x0800_0000L;
    long oneShot = 0x8000_0000L;
    long always = 0x4 | 0x0400_0000L | 0x4000_0000L; // SA_SIGINFO, SA_RESTORER, SA_NODEFER
    on.put(0, HANDLER, onStack | oneShot, 0x77, TRAP | TERM);
    assertThat(traced("rt_sigaction", Signal.SIGSEGV, on.room, 0, 8)).isZero();
    byKernel("rt_sigaction", Signal.SIGSEGV, 0, on.room + OTHER, 8);
    long stubHandler = member.model().stub.at(StubLayout.HANDLER);
    assertThat(on.get(on.room + OTHER, 4))
        .containsExactly(stubHandler, onStack | always, 0x77, TERM);
    assertThat(member.model().actions.of(Signal.SIGSEGV).handler()).isEqualTo(HANDLER);
  }

  @Test
  void shouldFailAsTheKernelDoesAndLearnNothing() throws Exception {
    on.put(0, HANDLER, 0, 0, 0);
    assertThat(traced("rt_sigaction", Signal.SIGKILL, on.room, 0, 8)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigaction", 0, on.room, 0, 8)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigaction", 65, on.room, 0, 8)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, on.room, 0, 4)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, 16, 0, 8)).isEqualTo(-Errno.EFAULT);
    assertThat(traced("rt_sigaction", Signal.SIGUSR1, 0, 16, 8)).isEqualTo(-Errno.EFAULT);
    for (int signal = 1; signal <= 64; signal++) {
      assertThat(member.model().actions.of(signal)).isEqualTo(SignalAction.DEFAULT);
    }
  }

  /** The same steps by the kernel alone and by the tracer: the sets shown must be equal. */
  @ParameterizedTest
  @ValueSource(longs = {-1, SEGV | TERM, TERM, 0})
  void shouldShowMasksAsTheKernelWould(long set) throws Exception {
    on.put(0, set);
    long[][] steps = {
      {BLOCK, on.room}, {SET, on.room}, {UNBLOCK, on.room}, {BLOCK, on.room}, {BLOCK, 0}, {7, 0}
    };
    long[] shown = new long[steps.length];
    member.tracee.setSignalMask(0);
    for (int i = 0; i < steps.length; i++) {
      assertThat(traced("rt_sigprocmask", steps[i][0], steps[i][1], on.room + OLD, 8)).isZero();
      shown[i] = on.get(on.room + OLD, 1)[0];
      assertThat(member.tracee.signalMask() & SignalActions.OWNED).as("step %d", i).isZero();
    }
    member.tracee.setSignalMask(0);
    for (int i = 0; i < steps.length; i++) {
      assertThat(byKernel("rt_sigprocmask", steps[i][0], steps[i][1], on.room + OLD, 8)).isZero();
      // The trap behind an injected call unblocks SIGTRAP where the kernel is told to block it.
      assertThat(shown[i] | TRAP).as("step %d", i).isEqualTo(on.get(on.room + OLD, 1)[0] | TRAP);
    }
  }

  @Test
  void shouldLearnNothingWhenAMaskIsRefused() throws Exception {
    on.put(0, -1);
    assertThat(traced("rt_sigprocmask", 7, on.room, 0, 8)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigprocmask", SET, on.room, 0, 4)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("rt_sigprocmask", SET, 16, 0, 8)).isEqualTo(-Errno.EFAULT);
    assertThat(member.thread().hiddenMask).isZero();
  }

  @Test
  void shouldSayWhenAMaskReleasesWhatWasPending() throws Exception {
    member.thread().hiddenMask = TRAP;
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    siginfo[0] = Signal.SIGTRAP;
    member.hiddenPending.add(siginfo);
    assertThat(traced("rt_sigpending", on.room + OLD, 8)).isZero();
    assertThat(on.get(on.room + OLD, 1)).containsExactly(TRAP);

    CallInFlight blocking = MemberOnChild.call("rt_sigprocmask", BLOCK, on.put(0, TERM).room, 0, 8);
    effects.prepare(blocking);
    assertThat(effects.releasesHidden(blocking)).isFalse();
    CallInFlight opening = MemberOnChild.call("rt_sigprocmask", UNBLOCK, on.put(0, -1).room, 0, 8);
    effects.prepare(opening);
    assertThat(effects.releasesHidden(opening)).isTrue();
    assertThat(effects.hiddenAfter()).isZero();
  }

  @Test
  void shouldTakeOwnedSignalsOutOfATemporaryMask() throws Exception {
    on.put(0, TRAP | TERM);
    CallInFlight call = MemberOnChild.call("ppoll", 0, 0, 0, on.room, 8);
    effects.prepare(call);
    assertThat(call.asked[3]).isNotEqualTo(on.room);
    assertThat(on.get(call.asked[3], 1)).containsExactly(TERM);
    assertThat(on.get(on.room, 1)).containsExactly(TRAP | TERM);
    assertThat(effects.masks.of(call)).isEqualTo(TERM);
  }

  @Test
  void shouldTakeOwnedSignalsOutOfAPair() throws Exception {
    on.put(0, TRAP | TERM).put(64, on.room, 8);
    CallInFlight call = MemberOnChild.call("pselect6", 0, 0, 0, 0, 0, on.room + 64);
    effects.prepare(call);
    long[] pair = on.get(call.asked[5], 2);
    assertThat(pair[1]).isEqualTo(8);
    assertThat(on.get(pair[0], 1)).containsExactly(TERM);
    assertThat(on.get(on.room + 64, 2)).containsExactly(on.room, 8);
    assertThat(effects.masks.of(call)).isEqualTo(TERM);
  }

  @Test
  void shouldLeaveATemporaryMaskThatHoldsNothingOfOurs() throws Exception {
    on.put(0, TERM).put(64, 0, 8);
    for (CallInFlight call :
        new CallInFlight[] {
          MemberOnChild.call("ppoll", 0, 0, 0, on.room, 8),
          MemberOnChild.call("ppoll", 0, 0, 0, 0, 8),
          MemberOnChild.call("pselect6", 0, 0, 0, 0, 0, on.room + 64),
          MemberOnChild.call("pselect6", 0, 0, 0, 0, 0, 0),
          MemberOnChild.call("ppoll", 0, 0, 0, 16, 8),
        }) {
      effects.prepare(call);
      assertThat(call.asked).isEqualTo(call.arguments);
    }
    assertThat(effects.masks.of(MemberOnChild.call("getpid"))).isEqualTo(-1);
    assertThat(effects.masks.of(MemberOnChild.call("ppoll", 0, 0, 0, 0, 8))).isEqualTo(-1);
  }

  @Test
  void shouldKnowTheRealTimer() throws Exception {
    IntervalTimer timer = member.model().realTimer;
    effects.finish(MemberOnChild.call("alarm", 0xffff_ffffL), 0, 0);
    assertThat(timer.microsLeft(0)).isEqualTo(0xffff_ffffL * 1_000_000);
    assertThat(timer.intervalMicros()).isZero();
    on.put(0, 1, 2, 3, 4);
    effects.finish(MemberOnChild.call("setitimer", 0, on.room, 0), 0, 0);
    assertThat(timer.microsLeft(0)).isEqualTo(3_000_004);
    assertThat(timer.intervalMicros()).isEqualTo(1_000_002);
    effects.finish(MemberOnChild.call("setitimer", 1, 0, 0), 0, 0);
    assertThat(timer.isArmed()).as("ITIMER_VIRTUAL is another").isTrue();
    effects.finish(MemberOnChild.call("setitimer", 0, on.room, 0), -Errno.EINVAL, 0);
    effects.finish(MemberOnChild.call("alarm", 0), 3, 0);
    assertThat(timer.isArmed()).isFalse();
  }

  /** setitimer(2) with more seconds than its clock can hold: Linux lets it never expire. */
  @Test
  void shouldKnowATimerOfMoreThanAClockHolds() throws Exception {
    on.put(0, Long.MAX_VALUE, 1, Long.MAX_VALUE, 2);
    assertThat(traced("setitimer", 0, on.room, 0)).isZero();
    IntervalTimer timer = member.model().realTimer;
    assertThat(timer.intervalMicros()).isEqualTo(IntervalTimer.LONGEST_MICROS);
    assertThat(timer.microsLeft(System.nanoTime())).isGreaterThan(IntervalTimer.LONGEST_MICROS / 2);
    assertThat(traced("setitimer", 0, 0, on.room + OLD)).isZero();
    assertThat(on.get(on.room + OLD, 3)[2]).isGreaterThan(Integer.MAX_VALUE);
  }

  @Test
  void shouldDropWhatIsPendingWhenItBecomesIgnored() throws Exception {
    member.thread().hiddenMask = TRAP | SEGV;
    member.hiddenPending.add(siginfo(Signal.SIGTRAP));
    member.hiddenPending.add(siginfo(Signal.SIGSEGV));
    on.put(0, HANDLER, 0, 0, 0);
    assertThat(traced("rt_sigaction", Signal.SIGTRAP, on.room, 0, 8)).isZero();
    assertThat(member.hiddenPending.signals()).isEqualTo(TRAP | SEGV);
    on.put(0, 1, 0, 0, 0);
    assertThat(traced("rt_sigaction", Signal.SIGTRAP, on.room, 0, 8)).isZero();
    assertThat(member.hiddenPending.signals()).isEqualTo(SEGV);
  }

  @Test
  void shouldTakeOwnedSignalsOutOfTheMaskThatAHandlerReturnsTo() throws Exception {
    CallInFlight call = MemberOnChild.call("rt_sigreturn");
    call.atSite.rsp(on.room);
    on.put(296, TERM);
    assertThat(effects.leaveHandler(call)).isEqualTo(TERM);
    assertThat(member.thread().hiddenMask).isZero();
    on.put(296, TERM | SEGV);
    assertThat(effects.leaveHandler(call)).isEqualTo(TERM);
    assertThat(member.thread().hiddenMask).isEqualTo(SEGV);
    assertThat(on.get(on.room + 296, 1)).containsExactly(TERM);
    call.atSite.rsp(0);
    assertThat(effects.leaveHandler(call)).as("no frame").isEqualTo(-1);
  }

  @Test
  void shouldLetTheKernelRefuseAPairOfAnotherSize() throws Exception {
    on.put(0, TRAP | TERM).put(64, on.room, 4);
    long[] arguments = {0, 0, 0, 0, 0, on.room + 64};
    assertThat(byKernel("pselect6", arguments)).isEqualTo(-Errno.EINVAL);
    assertThat(traced("pselect6", arguments)).isEqualTo(-Errno.EINVAL);
  }

  private static byte[] siginfo(int signal) {
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    siginfo[0] = (byte) signal;
    return siginfo;
  }

  @Test
  void shouldRememberWhatACloneDoesNotCopy() {
    effects.finish(MemberOnChild.call("set_tid_address", 0x100), 1, 0);
    effects.finish(MemberOnChild.call("set_robust_list", 0x200, 24), 0, 0);
    effects.finish(MemberOnChild.call("set_robust_list", 0x300, 25), -Errno.EINVAL, 0);
    assertThat(member.thread().tidAddress).isEqualTo(0x100);
    assertThat(member.thread().robustList).isEqualTo(0x200);
    assertThat(member.thread().robustLength).isEqualTo(24);
  }

  private long traced(String name, long... arguments) throws Exception {
    CallInFlight call = MemberOnChild.call(name, arguments);
    effects.prepare(call);
    return effects.finish(call, on.execute(call), System.nanoTime());
  }

  private long byKernel(String name, long... arguments) throws Exception {
    return member.inject(MemberOnChild.number(name), arguments);
  }
}
