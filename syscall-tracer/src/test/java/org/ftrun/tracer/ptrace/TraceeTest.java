package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SignalLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ptrace on a real child. */
@Timeout(60)
class TraceeTest {
  private static final int SI_QUEUE = -1;
  private static final int VALUE_OFFSET = 24;
  private static final byte[] SYSCALL = {0x0f, 0x05};

  private TracedChild child;
  private Tracee tracee;
  private final Registers registers = new Registers();

  @BeforeEach
  void start() throws Exception {
    child = TracedChild.asleep(TracedChild.TRACE_EXIT);
    tracee = child.tracee();
  }

  @AfterEach
  void end() {
    child.close();
  }

  @Test
  void shouldReportNothingUntilInterrupted() throws Exception {
    assertThat(tracee.poll().kind()).isEqualTo(StopKind.NONE);

    tracee.interrupt();
    Stop stop = tracee.await();

    assertThat(stop.kind()).isEqualTo(StopKind.TRAP);
    assertThat(stop.pid()).isEqualTo(child.pid());
    assertThat(tracee.poll().kind()).isEqualTo(StopKind.NONE);
  }

  @Test
  void shouldStopWhereverItIsWhenBusy() throws Exception {
    try (TracedChild busy = TracedChild.busy(0)) {
      for (int i = 0; i < 50; i++) {
        busy.stop();
        busy.tracee().readRegisters(registers);
        assertThat(registers.isLongMode()).isTrue();
        busy.tracee().resume(0);
      }
    }
  }

  @Test
  void shouldReadBackWhatWasWrittenToRegisters() throws Exception {
    child.stop();
    tracee.readRegisters(registers);
    Registers changed = registers.copy().arguments(new long[] {11, 12, 13, 14, 15, 16});
    changed.rax(17).rbx(18).originalRax(-1);
    tracee.writeRegisters(changed);
    Registers again = new Registers();
    tracee.readRegisters(again);

    long[] arguments = new long[6];
    again.argumentsInto(arguments);
    assertThat(arguments).containsExactly(11, 12, 13, 14, 15, 16);
    assertThat(again.rax()).isEqualTo(17);
    assertThat(again.originalRax()).isEqualTo(-1);
    assertThat(again.rip()).isEqualTo(registers.rip());
    assertThat(again.rsp()).isEqualTo(registers.rsp());
  }

  @Test
  void shouldTellSharedFromOwnPendingSignals() throws Exception {
    child.stop();
    assertThat(tracee.pendingSignals(true)).isEmpty();
    child.signal(Signal.SIGUSR1);
    child.signalThread(Signal.SIGUSR2);

    assertThat(signalsOf(tracee.pendingSignals(true))).containsExactly(Signal.SIGUSR1);
    assertThat(signalsOf(tracee.pendingSignals(false))).containsExactly(Signal.SIGUSR2);
  }

  @Test
  void shouldReportASignalOnceAndDropItWhenNotDelivered() throws Exception {
    child.signal(Signal.SIGTERM);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(Signal.SIGTERM);

    tracee.resume(0);
    child.stop();

    assertThat(tracee.pendingSignals(true)).isEmpty();
  }

  @Test
  void shouldDieOfASignalWhenDelivered() throws Exception {
    child.signal(Signal.SIGTERM);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.SIGNAL);
    tracee.resume(Signal.SIGTERM);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.EXITING);
    assertThat(tracee.eventMessage()).isEqualTo(Signal.SIGTERM);
    tracee.resume(0);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.KILLED);
    assertThat(stop.signal()).isEqualTo(Signal.SIGTERM);
  }

  @Test
  void shouldReadAndReplaceSiginfoAtASignalStop() throws Exception {
    long value = 0x0123_4567_89ab_cdefL;
    queue(Signal.SIGUSR1, value);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.SIGNAL);
    byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
    tracee.readSiginfo(Signal.SIGUSR1, siginfo);
    ByteBuffer words = ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(words.getInt(SignalLayout.SIGINFO_SIGNAL)).isEqualTo(Signal.SIGUSR1);
    assertThat(words.getInt(SignalLayout.SIGINFO_CODE)).isEqualTo(SI_QUEUE);
    assertThat(words.getLong(VALUE_OFFSET)).isEqualTo(value);

    words.putLong(VALUE_OFFSET, 5);
    tracee.writeSiginfo(siginfo);
    byte[] again = new byte[SignalLayout.SIGINFO_SIZE];
    tracee.readSiginfo(Signal.SIGUSR1, again);

    assertThat(again).isEqualTo(siginfo);
  }

  @Test
  void shouldHoldBackWhatTheMaskSays() throws Exception {
    child.stop();
    long mask = Signal.bit(Signal.SIGUSR1) | Signal.bit(Signal.SIGRTMAX);
    tracee.setSignalMask(mask);
    assertThat(tracee.signalMask()).isEqualTo(mask);
    child.signal(Signal.SIGUSR1);
    child.signal(Signal.SIGUSR2);
    tracee.resume(0);

    Stop stop = tracee.await();

    assertThat(stop.signal()).isEqualTo(Signal.SIGUSR2);
    assertThat(signalsOf(tracee.pendingSignals(true))).containsExactly(Signal.SIGUSR1);
  }

  @Test
  void shouldReportGroupStopAndItsEnd() throws Exception {
    child.signal(Signal.SIGSTOP);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.SIGNAL);
    tracee.resume(Signal.SIGSTOP);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.GROUP_STOP);
    assertThat(stop.signal()).isEqualTo(Signal.SIGSTOP);
    tracee.listen();
    child.signal(Signal.SIGCONT);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.TRAP);
    tracee.resume(0);
    stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(Signal.SIGCONT);
  }

  @Test
  void shouldReportExitingWithStatusWhenKilled() throws Exception {
    child.stop();
    child.signal(Signal.SIGKILL);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.EXITING);
    assertThat(tracee.eventMessage()).isEqualTo(Signal.SIGKILL);
    tracee.readRegisters(registers);
    assertThat(tracee.memory().readBytes(new TraceeAddress(registers.rsp()), 8)).hasSize(8);
    tracee.resume(0);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.KILLED);
    assertThat(stop.signal()).isEqualTo(Signal.SIGKILL);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.GONE);
    assertThat(tracee.poll().kind()).isEqualTo(StopKind.GONE);
  }

  @Test
  void shouldReportExitStatusWhenItExits() throws Exception {
    sendToCall(SyscallNumber.EXIT_GROUP, 77);
    tracee.resume(0);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.EXITING);
    assertThat(tracee.eventMessage()).isEqualTo(77 << 8);
    tracee.resume(0);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.EXITED);
    assertThat(stop.exitStatus()).isEqualTo(77);
  }

  @Test
  void shouldSayThatItDiedWhenUsedAfterDeath() throws Exception {
    child.stop();
    tracee.setOptions(0);
    child.signal(Signal.SIGKILL);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.KILLED);
    byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
    List<ThrowingCallable> operations =
        List.of(
            () -> tracee.readRegisters(registers),
            () -> tracee.writeRegisters(registers),
            () -> tracee.resume(0),
            () -> tracee.resumeToSyscall(),
            () -> tracee.listen(),
            () -> tracee.interrupt(),
            () -> tracee.detach(0),
            () -> tracee.setOptions(0),
            () -> tracee.eventMessage(),
            () -> tracee.readSiginfo(Signal.SIGUSR1, siginfo),
            () -> tracee.writeSiginfo(siginfo),
            () -> tracee.pendingSignals(true),
            () -> tracee.signalMask(),
            () -> tracee.setSignalMask(0),
            () -> tracee.setSyscallUserDispatch(false, 0, 0, 0),
            () -> Tracee.seize(child.pid(), 0),
            () -> tracee.memory().readLong(new TraceeAddress(registers.rsp())));
    for (int i = 0; i < operations.size(); i++) {
      assertThatThrownBy(operations.get(i)).as("operation %d", i).isSameAs(died());
    }
    assertThat(died().getStackTrace()).isEmpty();
  }

  @Test
  void shouldNotTakeTheExitEventsSiginfoForTheSignals() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (TracedChild victim = TracedChild.asleep(TracedChild.TRACE_EXIT)) {
        Tracee dying = victim.tracee();
        victim.signal(Signal.SIGTRAP);
        assertThat(dying.await().signal()).isEqualTo(Signal.SIGTRAP);
        victim.signal(Signal.SIGKILL);
        byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
        // Wherever between its signal stop and its exit event it is.
        assertThatThrownBy(() -> dying.readSiginfo(Signal.SIGTRAP, siginfo)).isSameAs(died());
        assertThat(dying.await().kind()).isEqualTo(StopKind.EXITING);
        assertThatThrownBy(() -> dying.readSiginfo(Signal.SIGTRAP, siginfo)).isSameAs(died());
        assertThat(siginfo).containsOnly(0);
      }
    }
  }

  @Test
  void shouldReportTheSameStopOnceMoreWhenUnread() throws Exception {
    child.signal(Signal.SIGUSR1);
    Stop stop = tracee.await();
    tracee.unread();
    assertThat(tracee.poll()).isSameAs(stop);
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(Signal.SIGUSR1);
    assertThat(tracee.poll().kind()).isEqualTo(StopKind.NONE);
  }

  @Test
  void shouldStopAtEntryAndExitOfACallWhenAsked() throws Exception {
    sendToCall(SyscallNumber.GETPID, 0);
    tracee.setOptions(1); // PTRACE_O_TRACESYSGOOD
    tracee.resumeToSyscall();
    assertThat(tracee.await().kind()).isEqualTo(StopKind.SYSCALL);
    tracee.readRegisters(registers);
    assertThat(registers.originalRax()).isEqualTo(SyscallNumber.GETPID);
    tracee.resumeToSyscall();
    assertThat(tracee.await().kind()).isEqualTo(StopKind.SYSCALL);
    tracee.readRegisters(registers);
    assertThat(registers.rax()).isEqualTo(child.pid());
  }

  @Test
  void shouldRaiseSigsysWhenDispatchIsOn() throws Exception {
    sendToCall(SyscallNumber.GETPID, 0);
    TraceeAddress selector = new TraceeAddress(registers.rsp() - 4096);
    assertThat(tracee.memory().writeBytes(selector, new byte[] {1})).isTrue();
    assumeTrue(tracee.setSyscallUserDispatch(true, selector.value(), 0, 1), "Linux before 6.4");
    tracee.resume(0);
    Stop stop = tracee.await();
    assertThat(stop.kind()).isEqualTo(StopKind.SIGNAL);
    assertThat(stop.signal()).isEqualTo(Signal.SIGSYS);
    byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
    tracee.readSiginfo(Signal.SIGSYS, siginfo);
    ByteBuffer words = ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(words.getInt(SignalLayout.SIGINFO_CODE)).isEqualTo(2);
    assertThat(words.getInt(SignalLayout.SIGINFO_SYSCALL)).isEqualTo(SyscallNumber.GETPID);
    assertThat(words.getLong(SignalLayout.SIGINFO_ADDRESS)).isEqualTo(registers.rip() + 2);
    assertThat(tracee.setSyscallUserDispatch(false, 0, 0, 0)).isTrue();
  }

  @Test
  void shouldLeaveItUntracedWhenDetached() throws Exception {
    child.stop();
    tracee.detach(0);
    assertThatThrownBy(() -> tracee.readRegisters(registers)).isSameAs(died());
    child.signal(Signal.SIGTERM);
    assertThat(tracee.await().kind()).isEqualTo(StopKind.KILLED);
  }

  @Test
  void shouldSayWhyWhenItMayNotBeTraced() {
    assertThatThrownBy(() -> Tracee.seize((int) ProcessHandle.current().pid(), 0))
        .isInstanceOf(PtraceException.class)
        .hasMessageContaining("PTRACE_SEIZE")
        .hasMessageContaining("not permitted");
  }

  /** Stops the child where its next instruction is a call. */
  private void sendToCall(long number, long argument) throws TraceeDiedException {
    child.stop();
    tracee.readRegisters(registers);
    registers.rax(number).argument(0, argument).originalRax(-1);
    assertThat(tracee.memory().forceWrite(new TraceeAddress(registers.rip()), SYSCALL)).isTrue();
    tracee.writeRegisters(registers);
  }

  private void queue(int signal, long value) {
    NativeMemory siginfo = NativeMemory.allocate(SignalLayout.SIGINFO_SIZE);
    siginfo.buffer().putInt(SignalLayout.SIGINFO_CODE, SI_QUEUE).putLong(VALUE_OFFSET, value);
    assertThat(Libc.call(SyscallNumber.RT_SIGQUEUEINFO, child.pid(), signal, siginfo.address()))
        .isZero();
  }

  private static List<Integer> signalsOf(byte[][] pending) {
    return java.util.Arrays.stream(pending)
        .map(siginfo -> ByteBuffer.wrap(siginfo).order(ByteOrder.LITTLE_ENDIAN).getInt(0))
        .toList();
  }

  private static TraceeDiedException died() {
    return TraceeDiedException.INSTANCE;
  }
}
