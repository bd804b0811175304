package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class HeldSignalsTest {
  private final HeldSignals held = new HeldSignals();
  private final byte[] user = siginfo(Signal.SIGUSR1, 0, 100);
  private final byte[] term = siginfo(Signal.SIGTERM, -1, 200);
  private final byte[] again = siginfo(Signal.SIGUSR1, -6, 300);

  @Test
  void shouldGiveThemInTheOrderTheyCame() {
    held.add(user);
    held.add(term);
    held.add(again);
    assertThat(held.all()).containsExactly(user, term, again);
    assertThat(held.peek()).isSameAs(user);
    assertThat(held.take()).isSameAs(user);
    assertThat(held.take()).isSameAs(term);
    assertThat(held.take()).isSameAs(again);
    assertThat(held.isEmpty()).isTrue();
  }

  @Test
  void shouldTakeTheFirstThatTheMaskLetsThrough() {
    held.add(user);
    held.add(term);
    held.add(again);
    assertThat(held.peekUnmasked(SignalActions.bit(Signal.SIGUSR1))).isSameAs(term);
    assertThat(held.all()).containsExactly(user, term, again);
    held.remove(term);
    assertThat(held.peekUnmasked(SignalActions.bit(Signal.SIGUSR1))).isNull();
    assertThat(held.all()).containsExactly(user, again);
    assertThat(held.peekUnmasked(0)).isSameAs(user);
    held.remove(term);
    assertThat(held.all()).containsExactly(user, again);
  }

  @Test
  void shouldKeepOneInstanceOfAStandardSignalWhenItPends() {
    byte[] realTime = siginfo(32, -1, 1);
    byte[] another = siginfo(32, -1, 2);
    for (byte[] siginfo : new byte[][] {user, term, again, realTime, another}) {
      held.addPending(siginfo);
    }
    assertThat(held.all()).containsExactly(user, term, realTime, another);
  }

  @Test
  void shouldCountARestingSignalAmongTheWaitingOnesOnceItIsWoken() {
    assertThat(held.rest(user)).isTrue();
    assertThat(held.rest(again)).as("the same signal again").isFalse();
    assertThat(held.isEmpty()).isTrue();
    assertThat(held.all()).containsExactly(user);
    held.wake();
    assertThat(held.take()).isSameAs(user);
    assertThat(held.isEmpty()).isTrue();
    assertThat(held.all()).isEmpty();
  }

  @Test
  void shouldLetNoSignalRestThatWaitsAlready() {
    held.add(user);
    assertThat(held.rest(again)).isFalse();
    assertThat(held.all()).containsExactly(user);
  }

  @Test
  void shouldKeepOneOfASignalThatRestsWhenAnotherComesToWait() {
    held.rest(user);
    held.add(again);
    held.wake();
    assertThat(held.all()).containsExactly(again);
  }

  @Test
  void shouldForgetThoseThatFulfilTheCondition() {
    held.add(user);
    held.add(term);
    held.add(again);
    held.dropIf(signal -> signal == Signal.SIGUSR1);
    assertThat(held.all()).containsExactly(term);
  }

  @Test
  void shouldForgetAllInstancesWhenDropped() {
    held.add(user);
    held.add(term);
    held.add(again);
    held.drop(Signal.SIGUSR1);
    assertThat(held.all()).containsExactly(term);
  }

  @Test
  void shouldNameTheSetThatWaits() {
    assertThat(held.signals()).isZero();
    held.add(term);
    held.add(siginfo(64, 0, 0));
    assertThat(held.signals()).isEqualTo(1L << 14 | Long.MIN_VALUE);
  }

  @Test
  void shouldReadTheFieldsOfSiginfo() {
    assertThat(HeldSignals.signalOf(term)).isEqualTo(Signal.SIGTERM);
    assertThat(HeldSignals.codeOf(term)).isEqualTo(-1);
    assertThat(HeldSignals.senderOf(term)).isEqualTo(200);
  }

  @Test
  void shouldCountExpiriesInTheSignalOfTheTimerThatWaits() {
    byte[] first = timerSignal(5, 0);
    byte[] other = timerSignal(6, 0);
    held.add(first);
    held.add(other);
    held.add(timerSignal(5, 2));
    assertThat(held.rest(timerSignal(6, 0))).isFalse();
    assertThat(held.all()).containsExactly(first, other);
    assertThat(overrunOf(first)).isEqualTo(3);
    assertThat(overrunOf(other)).isEqualTo(1);
  }

  @Test
  void shouldCountWhatRestedWhenTheTimerExpiresAgain() {
    byte[] later = timerSignal(5, 0);
    assertThat(held.rest(timerSignal(5, 4))).isTrue();
    assertThat(held.rest(timerSignal(5, 0))).isFalse();
    held.add(later);
    assertThat(held.all()).containsExactly(later);
    assertThat(overrunOf(later)).isEqualTo(6);
  }

  private static byte[] timerSignal(int timer, int overrun) {
    byte[] siginfo = siginfo(40, -2, timer);
    ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder()).putInt(20, overrun);
    return siginfo;
  }

  private static int overrunOf(byte[] siginfo) {
    return ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder()).getInt(20);
  }

  private static byte[] siginfo(int signal, int code, int sender) {
    byte[] bytes = new byte[HeldSignals.SIGINFO_BYTES];
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    words.putInt(0, signal).putInt(8, code).putInt(16, sender);
    return bytes;
  }
}
