package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LossPolicyTest {
  @Test
  void shouldGiveUpAtTheFourthLossWithinAMinute() {
    LossPolicy policy = new LossPolicy();
    assertThat(policy.mayTryAgain()).isTrue();
    assertThat(policy.mayTryAgain()).isTrue();
    assertThat(policy.mayTryAgain()).isTrue();
    assertThat(policy.mayTryAgain()).isFalse();
    assertThat(policy.mayTryAgain()).isFalse();
  }

  @Test
  void shouldCountForEachServiceAlone() {
    LossPolicy first = new LossPolicy();
    for (int i = 0; i < 4; i++) {
      first.mayTryAgain();
    }
    assertThat(new LossPolicy().mayTryAgain()).isTrue();
  }
}
