package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java side's offsets against stub.h and the compiled blob. */
@Timeout(10)
class StubLayoutTest {
  private static final Pattern DEFINE = Pattern.compile("#define STUB_(\\w+) (\\d+)");
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
        .hasSize(5);
    assertThat(defines.get("TEXT")).isBetween(StubLayout.CPUID + 5, image.length);
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
  void shouldKeepTheNewbornInPauseForEver() {
    // prctl(PR_SET_PDEATHSIG, SIGKILL), then pause() and a jump back to it.
    assertThat(bytes(StubLayout.BIRTH_TRAPPED, 26))
        .containsExactly(
            0xb8, 157, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0xbe, 9, 0, 0, 0, 0x0f, 0x05, //
            0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7);
    assertThat(StubLayout.BIRTH_TRAPPED + 26).isLessThanOrEqualTo(StubLayout.RDTSC);
  }

  @Test
  void shouldJumpToTheFunctionsOfTheDaemon() {
    assertThat(image[StubLayout.RDTSC]).isIn(JMP_REL8, JMP_REL32);
    assertThat(image[StubLayout.CPUID]).isIn(JMP_REL8, JMP_REL32);
  }

  @Test
  void shouldFitItsPages() {
    assertThat(image.length).isLessThanOrEqualTo(StubLayout.TEXT_BYTES);
    assertThat(StubLayout.SELECTOR).isEqualTo(StubLayout.TEXT_BYTES);
    assertThat(StubLayout.SCRATCH).isGreaterThan(StubLayout.SELECTOR);
    assertThat(StubLayout.SCRATCH + StubLayout.SCRATCH_BYTES).isEqualTo(StubLayout.REGION_BYTES);
  }

  @Test
  void shouldPlaceEverythingRelativeToItsBase() {
    StubRegion region = new StubRegion(new TraceeAddress(0x7000_0000_0000L));

    assertThat(region.execute()).isEqualTo(0x7000_0000_0000L);
    assertThat(region.birth()).isEqualTo(0x7000_0000_0010L);
    assertThat(region.selector()).isEqualTo(new TraceeAddress(0x7000_0000_1000L));
    assertThat(region.scratch()).isEqualTo(new TraceeAddress(0x7000_0000_1100L));
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
