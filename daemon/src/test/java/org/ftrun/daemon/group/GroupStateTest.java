package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GroupStateTest {
  private static final GroupState.Follower NEWBORN = new GroupState.Follower(null, null, 1234);

  private final GroupState state = new GroupState();

  @Test
  void shouldTakeAReplicaWhenTheServiceRuns() {
    assertThat(state.follows(NEWBORN)).isTrue();
    assertThat(state.replica()).isSameAs(NEWBORN);
  }

  @Test
  void shouldWantNoReplicaWhenTheServiceIsToEnd() {
    assertThat(state.end()).isNull();
    assertThat(state.follows(NEWBORN)).isFalse();
    assertThat(state.replica()).isNull();
  }
}
