package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java side's offsets against stub.h and the compiled blob. */
@Timeout(10)
class StubLayoutTest {
  private static final Pattern DEFINE = Pattern.compile("#define STUB_(\\w+) (\\d+)\n");
  private static final byte JMP_REL8 = (byte) 0xeb;
  private static final byte JMP_REL32 = (byte) 0xe9;

  private final byte[] image = StubLayout.image();

  @Test
  void shouldHaveTheOffsetsOfTheHeader() throws Exception {
    Map<String, Integer> defines =
        DEFINE
            .matcher(Files.readString(Path.of("src/main/c/stub.h")))
            .results()
            .collect(Collectors.toMap(r -> r.group(1), StubLayoutTest::value));

    assertThat(defines)
        .containsEntry("EXECUTE", StubLayout.EXECUTE)
        .containsEntry("BIRTH", StubLayout.BIRTH)
        .containsEntry("RDTSC", StubLayout.RDTSC)
        .containsEntry("CPUID", StubLayout.CPUID)
        .containsEntry("ENTER", StubLayout.ENTER)
        .containsEntry("CHECK", StubLayout.CHECK)
        .containsEntry("CALL", StubLayout.CALL)
        .containsEntry("BEHIND", StubLayout.BEHIND)
        .containsEntry("STORED", StubLayout.STORED)
        .containsEntry("COPY", StubLayout.COPY)
        .containsEntry("COPY_FAULT", StubLayout.COPY_FAULT)
        .containsEntry("HANDLER", StubLayout.HANDLER)
        .containsEntry("RESTORER", StubLayout.RESTORER);
    assertThat(defines.get("TEXT")).isBetween(StubLayout.COPY_FAULT + 5, image.length);
  }

  @Test
  void shouldCallBetweenTheCheckAndTheStore() {
    // cmpl $0,%gs:24; jne; syscall; mov %gs:32,%rcx; mov %rax,8(%rcx); movb $0x7f,(%rcx)
    assertThat(bytes(StubLayout.CHECK, 5)).containsExactly(0x65, 0x83, 0x3c, 0x25, 24);
    assertThat(bytes(StubLayout.CALL, 2)).containsExactly(0x0f, 0x05);
    assertThat(StubLayout.BEHIND).isEqualTo(StubLayout.CALL + 2);
    assertThat(bytes(StubLayout.STORED - 7, 7)).containsExactly(0x48, 0x89, 0x41, 8, 0xc6, 1, 0x7f);
  }

  @Test
  void shouldCopyAtCopyAndFailBehindIt() {
    // mov %rdx,%rcx ... rep movsb; xor %eax,%eax; ret ... mov $-1,%rax; ret
    assertThat(bytes(StubLayout.COPY, 3)).containsExactly(0x48, 0x89, 0xd1);
    assertThat(bytes(StubLayout.COPY, StubLayout.COPY_FAULT - StubLayout.COPY))
        .containsSequence(0xf3, 0xa4, 0x31, 0xc0, 0xc3);
    assertThat(bytes(StubLayout.COPY_FAULT, 8))
        .containsExactly(0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0xc3);
  }

  private static int value(MatchResult define) {
    return Integer.parseInt(define.group(2));
  }

  @Test
  void shouldCallThenTrapAtExecute() {
    assertThat(bytes(StubLayout.EXECUTE, 3)).containsExactly(0x0f, 0x05, 0xcc);
    assertThat(StubLayout.EXECUTED).isEqualTo(StubLayout.EXECUTE + 2);
    assertThat(StubLayout.TRAPPED).isEqualTo(StubLayout.EXECUTE + 3);
  }

  @Test
  void shouldTrapTheParentOnlyAtBirth() {
    // syscall; test %rax,%rax; jz over the trap; int3
    assertThat(bytes(StubLayout.BIRTH, 8))
        .containsExactly(0x0f, 0x05, 0x48, 0x85, 0xc0, 0x74, 0x01, 0xcc);
    assertThat(bytes(StubLayout.BORN - 2, 2)).containsExactly(0x0f, 0x05);
    assertThat(bytes(StubLayout.BIRTH_TRAPPED - 1, 1)).containsExactly(0xcc);
  }

  @Test
  void shouldKeepTheNewbornInPauseForEverUnlessItsParentIsGone() {
    // prctl(PR_SET_PDEATHSIG, SIGKILL); getppid(), which is r9, else exit_group(); then pause() and
    // a jump back to it.
    assertThat(bytes(StubLayout.BIRTH_TRAPPED, 39))
        .containsExactly(
            0x8d, 0x78, 1, 0x8d, 0x70, 9, 0xb8, 157, 0, 0, 0, 0x0f, 0x05, //
            0x8d, 0x40, 110, 0x0f, 0x05, 0x4c, 0x39, 0xc8, 0x75, 9, //
            0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7, //
            0xb8, 231, 0, 0, 0, 0x0f, 0x05);
    assertThat(StubLayout.BIRTH_TRAPPED + 39).isLessThanOrEqualTo(StubLayout.RDTSC);
  }

  @Test
  void shouldJumpToTheFunctionsOfTheDaemon() {
    assertThat(image[StubLayout.RDTSC]).isIn(JMP_REL8, JMP_REL32);
    assertThat(image[StubLayout.CPUID]).isIn(JMP_REL8, JMP_REL32);
  }

  @Test
  void shouldFitItsPages() {
    assertThat(image.length).isLessThanOrEqualTo(StubLayout.TEXT_BYTES);
    assertThat(StubLayout.ENTERS).isEqualTo(StubLayout.TABLE + StubLayout.TABLE_BYTES);
    assertThat(StubLayout.SCRATCH).isGreaterThan(StubLayout.ENTERS);
    assertThat(StubLayout.SCRATCH + StubLayout.SCRATCH_BYTES).isLessThan(StubLayout.AREA);
    assertThat(StubArea.BYTES).isLessThanOrEqualTo(StubLayout.AREA_ROOM);
    assertThat(StubLayout.AREA % EventLogLayout.CACHE_LINE_BYTES).isZero();
  }

  @Test
  void shouldPlaceEverythingRelativeToItsBase() {
    StubRegion region = new StubRegion(new TraceeAddress(0x7000_0000_0000L));

    assertThat(region.execute()).isEqualTo(0x7000_0000_0000L);
    assertThat(region.birth()).isEqualTo(0x7000_0000_0010L);
    assertThat(region.enters()).isEqualTo(new TraceeAddress(0x7000_0000_e000L));
    assertThat(region.trapAfterCall()).isEqualTo(0x7000_0000_0002L);
    assertThat(region.isBeforeCall(0x7000_0000_0000L)).isTrue();
    assertThat(region.isBehindCall(0x7000_0000_0002L)).isTrue();
    assertThat(region.isTrapped(0x7000_0000_0003L)).isTrue();
    assertThat(region.isBeforeCall(0x7000_0000_0002L)).isFalse();
    assertThat(region.isBehindCall(0x7000_0000_0003L)).isFalse();
    assertThat(region.isTrapped(0x7000_0000_0002L)).isFalse();
  }

  private int[] bytes(int offset, int count) {
    byte[] part = Arrays.copyOfRange(image, offset, offset + count);
    int[] unsigned = new int[count];
    for (int i = 0; i < count; i++) {
      unsigned[i] = Byte.toUnsignedInt(part[i]);
    }
    return unsigned;
  }
}
