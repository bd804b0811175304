package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShadowStateTest {
  @Test
  void shouldLeadOnlyOnwardWhenStatesChange() {
    assertThat(ShadowState.CLOSED).matches(s -> leadsNowhere(s));
    for (ShadowState state : ShadowState.values()) {
      assertThat(state.mayBecome(state)).isFalse();
      assertThat(state.mayBecome(ShadowState.CLOSED)).isEqualTo(state != ShadowState.CLOSED);
    }
    assertThat(ShadowState.PEER_CLOSED.mayBecome(ShadowState.ESTABLISHED)).isFalse();
    assertThat(ShadowState.RESET.mayBecome(ShadowState.ESTABLISHED)).isFalse();
  }

  private static boolean leadsNowhere(ShadowState state) {
    for (ShadowState next : ShadowState.values()) {
      if (state.mayBecome(next)) {
        return false;
      }
    }
    return true;
  }
}
