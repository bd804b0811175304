package org.ftrun.demo.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class KillEffectTest {
  private static final long MILLI = 1_000_000L;

  @Test
  void shouldMeasureTheSilenceOfEachKillWhenThereAreSeveral() {
    Arrivals arrivals = new Arrivals();
    for (long millis = 0; millis <= 10_000; millis += 5) {
      boolean silent = (millis > 2000 && millis < 2040) || (millis > 6000 && millis < 6300);
      if (!silent) {
        arrivals.add(millis * MILLI);
      }
    }
    List<Kill> kills =
        List.of(
            new Kill(1, 10, 2001 * MILLI, 700L, null), new Kill(2, 11, 6001 * MILLI, 800L, null));
    List<KillEffect> effects = KillEffect.of(kills, arrivals, 0, 11_000 * MILLI);
    assertThat(effects).extracting(KillEffect::silenceMillis).containsExactly(40.0, 300.0);
    assertThat(effects).extracting(KillEffect::resumed).containsOnly(true);
    assertThat(effects.get(1).atSeconds()).isEqualTo(6.001);
    assertThat(KillEffect.failures(effects, 2)).isEmpty();
  }

  @Test
  void shouldFailWhenAKillIsMissingOrNotSurvived() {
    Arrivals arrivals = new Arrivals();
    arrivals.add(0);
    List<KillEffect> effects =
        KillEffect.of(List.of(new Kill(1, 10, 5, null, "it died")), arrivals, 0, 100);
    assertThat(effects.get(0).resumed()).isFalse();
    assertThat(KillEffect.failures(effects, 3))
        .containsExactly("kill 1: it died", "0 of 3 kills were made and survived");
    assertThat(KillEffect.failures(List.of(), 1)).hasSize(1);
  }
}
