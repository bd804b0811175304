package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.identity.VirtualIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcPathsTest {
  private final VirtualIds ids = new VirtualIds(100, 200);

  @ParameterizedTest
  @CsvSource({
    "/proc/100, /proc/200",
    "/proc/100/, /proc/200/",
    "/proc/100/exe, /proc/200/exe",
    "/proc/100/task/100/comm, /proc/200/task/200/comm",
    "/proc/self/task/100, /proc/self/task/200",
    "/proc/self/task/101/stat, /proc/self/task/301/stat",
    "/proc/101/stat, /proc/301/stat",
    "/proc/7/task/101/stat, /proc/7/task/301/stat"
  })
  void shouldNameTheRealOnesWhenIdsAreVirtual(String virtual, String real) {
    ids.add(101, 301);
    assertThat(ProcPaths.real(virtual, ids)).isEqualTo(real);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/",
        "/proc/self/fd/100",
        "/proc/1000",
        "/proc/100x",
        "/proc/10",
        "/proc/sys/100",
        "/tmp/proc/100",
        "/proc/99999999999",
        "/proc/self/task/7"
      })
  void shouldBeLeftAloneWhenNoIdIsTheServicesOwn(String path) {
    assertThat(ProcPaths.real(path, ids)).isNull();
  }

  @Test
  void shouldNotBeTakenForAnIdWhenItIsZero() {
    assertThat(ProcPaths.real("/proc/0/exe", ids)).isNull();
  }
}
