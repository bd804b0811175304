package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread at a time has the turn, in the order in which they came for it. */
@Timeout(60)
class TurnTest {
  /** What a test does with a turn and two threads that can have it. */
  private interface Scene {
    void play(Turn turn, PrimaryThread one, PrimaryThread other);
  }

  @Test
  void shouldPassToTheThreadThatWaitsWhenItIsReleased() throws Exception {
    onTwoThreads(
        (turn, one, other) -> {
          assertThat(turn.take(one)).isTrue();
          long number = turn.number();
          assertThat(turn.take(other)).isFalse();
          turn.await(other);
          turn.await(other);
          assertThat(turn.next()).as("while it is held").isNull();
          assertThat(turn.number()).isEqualTo(number);
          turn.release(one);
          assertThat(turn.next()).isSameAs(other);
          assertThat(turn.isHeldBy(other)).isTrue();
          assertThat(turn.number()).isEqualTo(number + 1);
          assertThat(turn.isWanted()).as("it waited once").isFalse();
        });
  }

  @Test
  void shouldLetAThreadGoWhenItWasKilledWaiting() throws Exception {
    onTwoThreads(
        (turn, one, other) -> {
          turn.take(one);
          turn.await(other);
          turn.forget(other);
          assertThat(turn.isWanted()).isFalse();
          turn.forget(one);
          assertThat(turn.holder()).isNull();
          assertThat(turn.next()).isNull();
        });
  }

  /** After an assembly a thread that waits in a call goes on without the turn. */
  @Test
  void shouldNotGetTheTurnWhenItHasGoneOnWithout() throws Exception {
    onTwoThreads(
        (turn, one, other) -> {
          turn.take(one);
          turn.await(other);
          turn.goesOn(other);
          assertThat(turn.isWanted()).isFalse();
          turn.release(one);
          assertThat(turn.next()).isNull();
        });
  }

  private static void onTwoThreads(Scene scene) throws Exception {
    try (NoGroup group = new NoGroup();
        MemberOnChild first = new MemberOnChild();
        MemberOnChild second = new MemberOnChild()) {
      PrimaryRole role = new PrimaryRole(first.member, group);
      PrimaryThread other = role.add(second.member);
      scene.play(role.turn, role.first(), other);
    }
  }
}
