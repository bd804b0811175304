package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class AffinityTest {
  private final Affinity all = Affinity.of(0);

  @Test
  void shouldBeOfACoreWhenThatIsGiven() {
    assertThat(cores(Affinity.ofCore(9))).isEqualTo("{9}");
  }

  @Test
  void shouldTakeNoMoreThanTheKernelDoesWhenMoreIsShown() {
    byte[] shown = new byte[2 * Affinity.BYTES];
    shown[0] = 5;
    shown[Affinity.kernelBytes()] = 1;
    assertThat(cores(Affinity.ofBytes(shown))).isEqualTo("{0, 2}");
    assertThat(cores(Affinity.ofBytes(new byte[] {2}))).isEqualTo("{1}");
  }

  @Test
  void shouldGrantWhatThereIsWhenMoreIsAskedFor() {
    byte[] every = new byte[Affinity.BYTES];
    Arrays.fill(every, (byte) -1);
    String granted = cores(Affinity.ofBytes(every).granted());
    BitSet before = BitSet.valueOf(all.bytes());
    assertThat(BitSet.valueOf(Affinity.ofBytes(every).granted().bytes()).intersects(before))
        .isTrue();
    assertThat(cores(Affinity.ofCore(before.nextSetBit(0)).granted()))
        .isEqualTo("{" + before.nextSetBit(0) + "}");
    assertThat(cores(Affinity.ofBytes(every).granted())).isEqualTo(granted);
    assertThat(Affinity.of(0).bytes()).as("the calling thread's").isEqualTo(all.bytes());
  }

  @Test
  void shouldGrantNothingWhenNoneIsThere() {
    assertThat(Affinity.ofBytes(new byte[8]).granted()).isNull();
    assertThat(Affinity.of(0).bytes()).as("the calling thread's").isEqualTo(all.bytes());
  }

  @Test
  void shouldBeNullWhenThereIsNoThread() {
    assertThat(Affinity.of(Integer.MAX_VALUE)).isNull();
    assertThat(all.give(Integer.MAX_VALUE)).isFalse();
  }

  private static String cores(Affinity affinity) {
    return BitSet.valueOf(affinity.bytes()).toString();
  }
}
