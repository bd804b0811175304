package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory of a real child becomes executable. */
@Timeout(60)
class TimeStampUseTest {
  @Test
  void shouldTrapWhenAPartOfALargerMappingBecomesExecutable() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      // Neighbours of equal protection are one mapping, which begins before what the call names.
      long second = on.room + 4096;
      CallInFlight first = MemberOnChild.call("mprotect", on.room, 4096, 5);
      assertThat(on.execute(first)).isZero();
      CallInFlight call = MemberOnChild.call("mprotect", second, 4096, 5);
      assertThat(on.execute(call)).isZero();
      assertThat(
              MappingsOf.process(on.child.pid()).all().stream()
                  .anyMatch(mapping -> mapping.start() == second))
          .isFalse();
      TimeStampUse.afterCall(on.member, call, 0);
      assertThat(on.member.model().timeStampTrapped).isTrue();
    }
  }

  @Test
  void shouldNotTrapWhenNothingBecomesExecutable() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight call = MemberOnChild.call("mprotect", on.room, 4096, 1);
      TimeStampUse.afterCall(on.member, call, on.execute(call));
      CallInFlight refused = MemberOnChild.call("mprotect", 4096, 4096, 5);
      TimeStampUse.afterCall(on.member, refused, on.execute(refused));
      assertThat(on.member.model().timeStampTrapped).isFalse();
      assertThat(on.child.tracee().memory().readLong(new TraceeAddress(on.room))).isZero();
    }
  }

  @Test
  void shouldCompareRegionsWithoutSigns() {
    MappingsOf.Mapping mapping = MappingsOf.parse("3000-5000 r-xp 0 0:0 0");
    assertThat(mapping.overlaps(0x2000, 0x1000)).isFalse();
    assertThat(mapping.overlaps(0x2000, 0x1001)).isTrue();
    assertThat(mapping.overlaps(0x4fff, 1)).isTrue();
    assertThat(mapping.overlaps(0x5000, 1)).isFalse();
    assertThat(mapping.overlaps(0x3800, 1)).isTrue();
    MappingsOf.Mapping vsyscall =
        MappingsOf.parse("ffffffffff600000-ffffffffff601000 --xp 0 0:0 0 [vsyscall]");
    assertThat(vsyscall.overlaps(0x1000, 0x1000)).isFalse();
    assertThat(vsyscall.overlaps(0xffffffffff600800L, 1)).isTrue();
  }
}
