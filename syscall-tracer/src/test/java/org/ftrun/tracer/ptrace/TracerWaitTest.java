package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracerWaitTest {
  private final TracerWait wait = TracerWait.ofThread();

  @AfterEach
  void shouldBeLeftAsFound() {
    wait.end();
  }

  @Test
  void shouldNotWaitOnceWhenWantedBefore() {
    assertThat(wait.want()).isFalse();
    assertThat(wait.begin()).isFalse();
    wait.end();
    assertThat(wait.begin()).isTrue();
  }

  @Test
  void shouldAskForASignalWhenTheThreadWaits() {
    assertThat(wait.begin()).isTrue();
    assertThat(wait.want()).isTrue();
    wait.end();
    assertThat(wait.begin()).as("it has looked up since").isTrue();
  }

  @Test
  void shouldHaveOneForEachThread() throws InterruptedException {
    TracerWait[] other = new TracerWait[1];
    Thread thread = new Thread(() -> other[0] = TracerWait.ofThread());
    thread.start();
    thread.join();
    assertThat(other[0]).isNotSameAs(wait);
    assertThat(TracerWait.ofThread()).isSameAs(wait);
  }
}
