package org.ftrun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CoreModelsTest {
  @Test
  void shouldWarnWhenCoresOfTheMembersDiffer() {
    CoreModels models = models("fpu tsc", "1", "1", "2");
    assertThat(models.warning(new CoreChoice(0, 1))).isEmpty();
    assertThat(models.warning(new CoreChoice(2, 2))).isEmpty();
    assertThat(models.warning(new CoreChoice(1, 2)))
        .contains(
            "cores 1 and 2 are not alike (Some 25 1 Some EPYC 1, Some 25 1 Some EPYC 2):"
                + " a program that asks by cpuid loses its replica");
  }

  @Test
  void shouldNotWarnWhenCpuidCanBeAnsweredForBoth() {
    assertThat(models("fpu cpuid_fault tsc", "1", "2").warning(new CoreChoice(0, 1))).isEmpty();
  }

  @Test
  void shouldKnowEveryCoreWhenReadFromThisMachine() {
    assertThat(CoreModels.read().models())
        .containsKeys(CoreTimes.allowed().toArray(Integer[]::new))
        .allSatisfy((core, model) -> assertThat(model).isNotBlank());
  }

  /** One core for each stepping. */
  private static CoreModels models(String flags, String... steppings) {
    List<String> lines = new ArrayList<>();
    for (int core = 0; core < steppings.length; core++) {
      lines.addAll(
          List.of(
              "processor\t: " + core,
              "vendor_id\t: Some",
              "cpu family\t: 25",
              "model\t\t: 1",
              "model name\t: Some EPYC",
              "stepping\t: " + steppings[core],
              "microcode\t: 0x100" + core,
              "flags\t\t: " + flags,
              "power management:",
              ""));
    }
    return CoreModels.parse(lines);
  }
}
