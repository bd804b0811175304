package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shared memory of a real child becomes its own. */
@Timeout(60)
class UnsharingTest {
  private static final long MIB = 1 << 20;

  private MemberOnChild on;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
  }

  @AfterEach
  void end() {
    on.close();
  }

  /** All protections; lengths below, at and above a piece. */
  @ParameterizedTest
  @CsvSource({
    "4096, 3",
    "1048576, 3",
    "1052672, 3",
    "3149824, 1",
    "8192, 0",
    "8192, 7",
    "8192, 5",
    "8192, 2"
  })
  void shouldBeAnotherObjectOfTheSameContent(long length, int protection) throws Exception {
    long at = map(length);
    for (long offset = 0; offset < length; offset += 4096) {
      on.put(at - on.room + offset, at + offset);
    }
    assertThat(on.member.inject(MemberOnChild.number("mprotect"), at, length, protection)).isZero();
    MappingsOf.Mapping before = mapping(at);

    new Unsharing(on.member).makeOwn(before);

    MappingsOf.Mapping after = mapping(at);
    assertThat(after.end()).isEqualTo(before.end());
    assertThat(after.permissions()).isEqualTo(before.permissions());
    assertThat(after.isSharedAnonymous()).isTrue();
    assertThat(after.inode()).isNotEqualTo(before.inode());
    assertThat(on.member.inject(MemberOnChild.number("mprotect"), at, length, 3)).isZero();
    for (long offset = 0; offset < length; offset += 4096) {
      assertThat(on.get(at + offset, 1)).containsExactly(at + offset);
    }
    long copies = mappings().stream().filter(MappingsOf.Mapping::isSharedAnonymous).count();
    assertThat(copies).as("nothing is left over").isEqualTo(1);
  }

  @Test
  void shouldNeedLittleMemoryWhenThereIsMuchToCopy() throws Exception {
    long length = 64 * MIB;
    long at = map(length);
    on.put(at - on.room + length - 8, 77);
    long before = directBytes();
    new Unsharing(on.member).makeOwn(mapping(at));
    assertThat(directBytes() - before).isLessThan(4 * MIB);
    assertThat(on.get(at + length - 8, 1)).containsExactly(77);
  }

  @Test
  void shouldRefuseMoreThanItCopies() throws Exception {
    long small = 4096;
    Unsharing unsharing = new Unsharing(on.member);
    unsharing.makeOwn(mapping(map(small)));
    String end = Long.toHexString(Unsharing.LARGEST);
    MappingsOf.Mapping large = MappingsOf.parse("0-" + end + " rw-s 0 0:1 9 /x");
    assertThatThrownBy(() -> unsharing.makeOwn(large))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(String.valueOf(Unsharing.LARGEST + small));
  }

  private long map(long length) throws Exception {
    long at =
        on.member.inject(
            MemberOnChild.number("mmap"),
            0,
            length,
            MemberOnChild.READ_WRITE,
            MemberOnChild.SHARED_ANONYMOUS,
            -1,
            0);
    assertThat(at).isPositive();
    assertThat(on.child.tracee().memory().readLong(new TraceeAddress(at))).isZero();
    return at;
  }

  private List<MappingsOf.Mapping> mappings() {
    return MappingsOf.process(on.child.pid()).all();
  }

  private MappingsOf.Mapping mapping(long start) {
    return mappings().stream().filter(all -> all.start() == start).findFirst().orElseThrow();
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getTotalCapacity)
        .sum();
  }
}
