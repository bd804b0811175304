package org.ftrun.demo.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BitRateTimelineTest {
  private static final long MILLI = 1_000_000L;

  private static Reception reception(int bytes, long... atMillis) {
    Reception reception = new Reception("client");
    for (long millis : atMillis) {
      reception.add(ByteBuffer.allocate(bytes), millis * MILLI);
    }
    return reception;
  }

  @Test
  void shouldSumAllClientsInBucketsAlignedToTheKill() {
    BitRateTimeline timeline =
        BitRateTimeline.around(
            List.of(
                reception(12_500, 0, 849, 850, 949, 950, 1150), reception(25_000, 900, 1249, 1250)),
            950 * MILLI,
            1,
            3);
    // 12,500 bytes in 100 ms are 1 Mbit/s.
    assertThat(timeline.firstBucket()).isEqualTo(-1);
    assertThat(timeline.megabits()).containsExactly(4.0, 1.0, 0.0, 3.0);
  }

  @Test
  void shouldMarkTheKillAndScaleTheBarsToTheHighestRate() {
    List<String> lines = new BitRateTimeline(-1, List.of(2.0, 0.0, 1.0)).lines('#');
    assertThat(lines.get(0)).endsWith(" " + "#".repeat(50));
    assertThat(lines.get(1)).contains("0.00").contains("<- kill").doesNotContain("#");
    assertThat(lines.get(2)).endsWith(" " + "#".repeat(25));
  }

  @Test
  void shouldDrawNoBarsWhenNothingCame() {
    assertThat(new BitRateTimeline(0, List.of(0.0)).lines('#').get(0)).doesNotContain("#");
  }
}
