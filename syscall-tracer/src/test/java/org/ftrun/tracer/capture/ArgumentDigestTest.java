package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ArgumentDigestTest {
  private static final SyscallRow READ = SyscallTable.named("read");

  private static long digest(SyscallRow row, long... arguments) {
    return ArgumentDigest.of(row, Arrays.copyOf(arguments, 6));
  }

  @Test
  void shouldLookAtAsManyBitsAsTheKernelWhenArgumentsAreNarrow() {
    assertThat(digest(READ, 0x1_0000_0003L, 0x1000, 10)).isEqualTo(digest(READ, 3, 0x1000, 10));
    assertThat(digest(READ, -1, 0x1000, 10)).isEqualTo(digest(READ, 0xffff_ffffL, 0x1000, 10));
    assertThat(digest(READ, 3, 0x1_0000_1000L, 10)).isNotEqualTo(digest(READ, 3, 0x1000, 10));
    assertThat(digest(READ, 3, 0x1000, 1L << 40)).isNotEqualTo(digest(READ, 3, 0x1000, 0));
    SyscallRow chmod = SyscallTable.named("chmod");
    assertThat(digest(chmod, 0x1000, 0x7_01ff)).isEqualTo(digest(chmod, 0x1000, 0x01ff));
  }

  @Test
  void shouldIgnoreRegistersWhenTheCallDoesNotTakeThem() {
    assertThat(digest(READ, 3, 0x1000, 10, 1, 2, 3)).isEqualTo(digest(READ, 3, 0x1000, 10));
    SyscallRow getpid = SyscallTable.named("getpid");
    assertThat(digest(getpid, 1, 2, 3)).isEqualTo(digest(getpid));
  }

  @Test
  void shouldDifferWhenNumberPlaceOrValueDiffer() {
    Set<Long> digests = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      digests.add(digest(READ, i, 0x1000, 10));
      digests.add(digest(READ, 3, 0x2000 + i * 8L, 10));
    }
    digests.add(digest(SyscallTable.named("write"), 3, 0x1000, 10));
    digests.add(digest(READ, 10, 0x1000, 3, 0));
    assertThat(digests).hasSize(20_002);
    for (SyscallRow row : SyscallTable.rows()) {
      digests.add(digest(row, 99_999, 99_998, 99_997));
    }
    assertThat(digests).hasSize(20_002 + SyscallTable.rows().size());
  }
}
