package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SignalLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PosixTimersTest {
  private final PosixTimers timers = new PosixTimers();
  private final PosixTimer timer = new PosixTimer(1, new PosixTimer.Notification(0, 14, 0, 0));

  PosixTimersTest() {
    timers.all().put(7, timer);
  }

  @Test
  void shouldTellOfExpiriesThatWereLeftOutWhenTheTimerWantsToBeFaster() {
    timer.set(0, 1, 100_000, false); // every 100 us, in the kernel every 1,000
    byte[] siginfo = signal(-2, 7, 1);
    byte[] shown = timers.shown(siginfo);
    assertThat(overrun(shown)).isEqualTo(19);
    assertThat(overrun(siginfo)).as("unchanged").isEqualTo(1);
  }

  @Test
  void shouldShowASignalAsItIsWhenNothingWasLeftOut() {
    timer.set(0, 1, 1_000_000, false);
    for (byte[] siginfo : new byte[][] {signal(-2, 7, 1), signal(-2, 8, 1), signal(-1, 7, 1)}) {
      assertThat(timers.shown(siginfo)).isSameAs(siginfo);
    }
  }

  @Test
  void shouldNoteAnExpiryOnlyWhenTheSignalIsTheTimers() {
    timer.set(0, 1, 0, false);
    timers.delivered(signal(-1, 7, 0), 5);
    timers.delivered(signal(-2, 8, 0), 5);
    assertThat(timer.isArmed()).isTrue();
    timers.delivered(signal(-2, 7, 4), 5);
    assertThat(timer.isArmed()).isFalse();
    assertThat(timer.overrun()).isEqualTo(4);
  }

  @Test
  void shouldCountNoFurtherThanAnIntHolds() {
    byte[] pending = signal(-2, 7, Integer.MAX_VALUE - 1);
    PosixTimers.count(pending, signal(-2, 7, 10));
    assertThat(overrun(pending)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void shouldReadATimersSignalFromADescriptor() {
    ByteBuffer read =
        ByteBuffer.allocate(SignalLayout.SIGNALFD_SIGINFO_SIZE).order(ByteOrder.nativeOrder());
    read.putInt(SignalLayout.SIGNALFD_SIGINFO_SIGNAL, 14);
    read.putInt(SignalLayout.SIGNALFD_SIGINFO_CODE, -2);
    read.putInt(SignalLayout.SIGNALFD_SIGINFO_TIMER, 7);
    read.putInt(SignalLayout.SIGNALFD_SIGINFO_OVERRUN, 3);
    assertThat(PosixTimers.ofDescriptor(read)).isEqualTo(signal(-2, 7, 3));
  }

  private static byte[] signal(int code, int timer, int overrun) {
    byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
    ByteBuffer.wrap(siginfo)
        .order(ByteOrder.nativeOrder())
        .putInt(SignalLayout.SIGINFO_SIGNAL, 14)
        .putInt(SignalLayout.SIGINFO_CODE, code)
        .putInt(SignalLayout.SIGINFO_TIMER, timer)
        .putInt(SignalLayout.SIGINFO_OVERRUN, overrun);
    return siginfo;
  }

  private static int overrun(byte[] siginfo) {
    return ByteBuffer.wrap(siginfo)
        .order(ByteOrder.nativeOrder())
        .getInt(SignalLayout.SIGINFO_OVERRUN);
  }
}
