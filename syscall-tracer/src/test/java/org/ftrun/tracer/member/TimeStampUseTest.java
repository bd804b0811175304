package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory of a real child becomes executable. */
@Timeout(60)
class TimeStampUseTest {
  private static final long PAGE = TimeStampFences.PAGE_BYTES;

  @TempDir Path directory;

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
  void shouldFenceAPageWhenAFileWithTheInstructionIsMapped() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight map = mapText(on);
      long text = on.execute(map);
      TimeStampUse.afterCall(on.member, map, text);
      assertThat(on.member.model().timeStampTrapped).isFalse();
      assertThat(isExecutable(on, text)).isTrue();
      assertThat(isExecutable(on, text + PAGE)).isFalse();
      assertThat(isExecutable(on, text + 2 * PAGE)).isTrue();
      TimeStampFences fences = on.member.model().fences();
      assertThat(fences.touch(text, PAGE)).isFalse();
      assertThat(fences.touch(text, PAGE + 1)).isTrue();
      assertThat(fences.touch(text + 2 * PAGE - 1, 1)).isTrue();
      assertThat(fences.touch(text + 2 * PAGE, PAGE)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"munmap,0", "mprotect,0", "mremap,0", "mmap,0x10"})
  void shouldTrapWhenAFencedPageIsReplaced(String name, String flags) throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight map = mapText(on);
      long text = on.execute(map);
      TimeStampUse.afterCall(on.member, map, text);
      long elsewhere = text + 2 * PAGE;
      TimeStampUse.beforeCall(
          on.member, MemberOnChild.call(name, elsewhere, PAGE, 1, Long.decode(flags), -1, 0));
      assertThat(on.member.model().timeStampTrapped).isFalse();
      TimeStampUse.beforeCall(
          on.member, MemberOnChild.call(name, text, 3 * PAGE, 1, Long.decode(flags), -1, 0));
      assertThat(on.member.model().timeStampTrapped).isTrue();
      assertThat(on.member.model().fences().isEmpty()).isTrue();
      assertThat(isExecutable(on, text + PAGE)).isTrue();
    }
  }

  @Test
  void shouldTrapWhenMemoryMustNotBecomeExecutable() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight map = mapText(on);
      long text = on.execute(map);
      TimeStampUse.afterCall(on.member, map, text);
      assertThat(isExecutable(on, text + PAGE)).isFalse();
      CallInFlight deny = MemberOnChild.call("prctl", 65, 1, 0, 0, 0);
      TimeStampUse.beforeCall(on.member, deny);
      assertThat(isExecutable(on, text + PAGE)).isTrue();
      assertThat(on.member.model().timeStampTrapped).isTrue();
    }
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight map = mapText(on);
      assertThat(on.execute(MemberOnChild.call("prctl", 65, 1, 0, 0, 0))).isZero();
      long text = on.execute(map);
      TimeStampUse.afterCall(on.member, map, text);
      assertThat(isExecutable(on, text + PAGE)).isTrue();
      assertThat(on.member.model().timeStampTrapped).isTrue();
    }
  }

  /** The call that maps three pages of a file as text, in the second of them rdtsc. */
  private CallInFlight mapText(MemberOnChild on) throws Exception {
    byte[] content = new byte[3 * (int) PAGE];
    content[(int) PAGE + 100] = 0x0f;
    content[(int) PAGE + 101] = 0x31;
    Path file = Files.write(directory.resolve("text"), content);
    byte[] name = (file + "\0").getBytes(StandardCharsets.UTF_8);
    assertThat(on.child.tracee().memory().writeBytes(new TraceeAddress(on.room), name)).isTrue();
    long descriptor = on.execute(MemberOnChild.call("open", on.room, 0, 0));
    assertThat(descriptor).isNotNegative();
    return MemberOnChild.call("mmap", 0, 3 * PAGE, 5, 2, descriptor, 0);
  }

  private static boolean isExecutable(MemberOnChild on, long address) {
    return MappingsOf.process(on.child.pid()).all().stream()
        .anyMatch(mapping -> mapping.overlaps(address, 1) && mapping.isExecutable());
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
