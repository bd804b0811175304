package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventRecorderTest {
  private static final int EVENTS = 50_000;

  /** Whoever sees an event may report its arguments. */
  @Test
  void shouldKnowTheArgumentsWhenAnEventIsSeen() throws Exception {
    try (NoGroup group = new NoGroup();
        MemberOnChild on = new MemberOnChild()) {
      Recording recording = new Recording(() -> {});
      recording.set(true);
      EventRecorder recorder = new EventRecorder(on.member, group.log().writer(), group, recording);
      CallInFlight call = MemberOnChild.call("close", 1, 2, 3, 4, 5, 6);
      CompletableFuture<Long> unknown = new CompletableFuture<>();
      Thread reader = new Thread(() -> unknown.complete(countUnknown(group)), "reader");
      reader.start();
      for (int i = 0; i < EVENTS; i++) {
        call.arguments[0] = i;
        recorder.publishPlain(call, 0, 0);
      }
      assertThat(unknown.get(30, TimeUnit.SECONDS)).isZero();
      assertThat(group.history().of(recorder.published())).startsWith(EVENTS - 1);
    }
  }

  /** Counts the events whose arguments are not known at the moment when they can be seen. */
  private static long countUnknown(NoGroup group) {
    long unknown = 0;
    long seen = -1;
    while (seen < EVENTS - 1) {
      long cursor = group.log().cursor().get();
      if (cursor != seen) {
        seen = cursor;
        unknown += group.history().of(seen) == null ? 1 : 0;
      }
      Thread.onSpinWait();
    }
    return unknown;
  }
}
