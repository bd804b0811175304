package org.ftrun.demo.irc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ftrun.demo.kit.KillEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class IrcVerdictTest {
  private static final DeliveryLedger.Tally CLEAN =
      new DeliveryLedger.Tally(10, 90, 90, 0, 0, 0, 0);
  private static final KillEffect SURVIVED = new KillEffect(1, 42, 10, 5, true, 640L, null);

  @Test
  void shouldFindNothingWhenAllWasDeliveredAndEveryKillSurvived() {
    assertThat(IrcVerdict.failures(10, 1, List.of(SURVIVED), 0, CLEAN)).isEmpty();
    assertThat(IrcVerdict.failures(10, 0, List.of(), 0, CLEAN)).isEmpty();
  }

  @Test
  void shouldNameEachThingThatWentWrong() {
    DeliveryLedger.Tally tally = new DeliveryLedger.Tally(10, 90, 88, 2, 3, 4, 5);
    assertThat(IrcVerdict.failures(10, 1, List.of(SURVIVED), 1, tally))
        .containsExactly(
            "1 of 10 clients were disconnected",
            "2 deliveries lost",
            "3 deliveries doubled",
            "4 deliveries out of order",
            "5 deliveries of what nobody sent");
  }

  @Test
  void shouldFailWhenNothingWasSentOrAKillIsMissing() {
    DeliveryLedger.Tally nothing = new DeliveryLedger.Tally(0, 0, 0, 0, 0, 0, 0);
    assertThat(IrcVerdict.failures(10, 0, List.of(), 0, nothing)).hasSize(1);
    assertThat(IrcVerdict.failures(10, 2, List.of(SURVIVED), 0, CLEAN))
        .containsExactly("1 of 2 kills were made and survived");
  }
}
