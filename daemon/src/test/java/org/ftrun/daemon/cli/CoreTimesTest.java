package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CoreTimesTest {
  @Test
  void shouldOrderCoresByLoadWhenTwoSamplesAreTaken() {
    CoreTimes before =
        CoreTimes.parse(
            List.of(
                "cpu  9 9 9 9 9 9 9 9 0 0",
                "cpu0 100 0 0 1000 50 0 0 0 0 0",
                "cpu1 5 0 0 1000 50 0 0 0 0 0",
                "cpu2 5 0 0 1000 50 0 0 0 0 0",
                "intr 1 2 3"));
    CoreTimes after =
        CoreTimes.parse(
            List.of(
                "cpu0 101 0 0 1000 50 0 0 0 0 0",
                "cpu1 5 1 1 1000 50 1 1 1 0 0",
                "cpu2 5 0 0 1005 55 0 0 0 0 0"));
    assertThat(after.leastBusySince(before, new TreeSet<>(List.of(0, 1, 2))))
        .containsExactly(2, 0, 1);
    assertThat(after.leastBusySince(before, new TreeSet<>(List.of(0, 1)))).containsExactly(0, 1);
  }

  @Test
  void shouldKnowEveryAllowedCoreWhenSampled() {
    assertThat(CoreTimes.allowed()).hasSize(Runtime.getRuntime().availableProcessors());
    assertThat(CoreTimes.sample().busy()).containsKeys(CoreTimes.allowed().toArray(Integer[]::new));
  }

  @Test
  void shouldFillInCoresWhenNotAllAreGiven() throws UserError {
    assertThat(CoreChoice.of(null, null, List.of(3, 1, 2))).isEqualTo(new CoreChoice(3, 1));
    assertThat(CoreChoice.of(null, 3, List.of(3, 1, 2))).isEqualTo(new CoreChoice(1, 3));
    assertThat(CoreChoice.of(1, null, List.of(1, 2))).isEqualTo(new CoreChoice(1, 2));
    assertThat(CoreChoice.of(1, 2, List.of(1, 2)).warning()).isEmpty();
  }

  @Test
  void shouldWarnWhenMembersShareOneCore() throws UserError {
    assertThat(CoreChoice.of(null, null, List.of(5)).warning()).get().asString().contains("core 5");
    assertThat(CoreChoice.defaultWait()).isEqualTo(ReplicaWait.SLEEP);
  }
}
