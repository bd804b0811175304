package org.ftrun.demo.irc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Six clients in two channels: 0, 2, 4 and 1, 3, 5. */
@Timeout(10)
class DeliveryLedgerTest {
  private final DeliveryLedger ledger = new DeliveryLedger(6, 2);

  @BeforeEach
  void sendThreeMessages() {
    assertThat(ledger.send(0)).isEqualTo(0);
    assertThat(ledger.send(0)).isEqualTo(1);
    assertThat(ledger.send(0)).isEqualTo(2);
  }

  private void deliver(int receiver, int... numbers) {
    for (int number : numbers) {
      ledger.deliver(receiver, 0, number);
    }
  }

  @Test
  void shouldBalanceWhenEachMemberGetsEachMessageOnceInOrder() {
    deliver(2, 0, 1, 2);
    deliver(4, 0, 1, 2);
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 6, 0, 0, 0, 0));
  }

  @Test
  void shouldCountLossWhenADeliveryIsMissing() {
    deliver(2, 0, 2);
    deliver(4, 0, 1, 2);
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 5, 1, 0, 0, 0));
  }

  @Test
  void shouldCountDoublesWhenADeliveryComesAgain() {
    deliver(2, 0, 1, 1, 2, 0);
    deliver(4, 0, 1, 2);
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 6, 0, 2, 0, 0));
  }

  @Test
  void shouldNotLetADoubleHideALoss() {
    deliver(2, 0, 1, 1);
    deliver(4, 0, 1, 2);
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 5, 1, 1, 0, 0));
  }

  @Test
  void shouldCountDisorderWhenALowerNumberComesLater() {
    deliver(2, 0, 2, 1);
    deliver(4, 2, 1, 0);
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 6, 0, 0, 3, 0));
  }

  @Test
  void shouldCountAsStrangeWhatWasNotSentToTheReceiver() {
    deliver(2, 3, -1);
    deliver(1, 0);
    deliver(0, 0);
    ledger.deliver(2, 6, 0);
    ledger.deliver(2, -1, 0);
    ledger.deliverStrange();
    assertThat(ledger.tally()).isEqualTo(new DeliveryLedger.Tally(3, 6, 0, 6, 0, 0, 7));
  }

  @Test
  void shouldExpectByTheSizeOfTheChannelWhenTheyDiffer() {
    DeliveryLedger uneven = new DeliveryLedger(5, 2);
    uneven.send(0);
    uneven.send(1);
    assertThat(uneven.tally().expected()).isEqualTo(2 + 1);
  }
}
