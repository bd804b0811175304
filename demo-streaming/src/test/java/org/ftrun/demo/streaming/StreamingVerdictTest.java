package org.ftrun.demo.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ftrun.demo.kit.KillEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class StreamingVerdictTest {
  private static final Reception.Result WHOLE = new Reception.Result("a", 100, true, 1, 250, null);
  private static final Reception.Result CUT =
      new Reception.Result("b", 50, false, 0, 10, "disconnected");
  private static final KillEffect SURVIVED = new KillEffect(1, 42, 10, 5, true, 640L, null);

  @Test
  void shouldFindNothingWhenEveryClientGotTheOriginal() {
    assertThat(StreamingVerdict.failures(List.of(WHOLE, WHOLE), List.of(SURVIVED), 1, 2)).isEmpty();
  }

  @Test
  void shouldNameDisconnectsStallsAndMissingKills() {
    assertThat(StreamingVerdict.failures(List.of(WHOLE, CUT), List.of(), 1, 0))
        .containsExactly(
            "1 of 2 clients received the original",
            "1 clients were disconnected in mid-stream",
            "1 stalls, 0 allowed",
            "0 of 1 kills were made and survived");
  }

  @Test
  void shouldFailWhenThereWereNoClients() {
    assertThat(StreamingVerdict.failures(List.of(), List.of(), 0, 0)).hasSize(1);
  }
}
