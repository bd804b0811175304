package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MappingsOfTest {
  private static final int O_RDWR = 2;
  private static final int MAP_SHARED = 1;
  private static final int FIXED_NOREPLACE = 0x10_0000;
  private static final long GIB = 1L << 30;

  @TempDir private Path directory;

  @Test
  void shouldKeepSpacesWhenANameHasThem() {
    MappingsOf.Mapping mapping =
        MappingsOf.parse("00400000-0040b000 r-xp 00001000 08:01 1234   /tmp/a  b c (deleted)");
    assertThat(mapping)
        .isEqualTo(
            new MappingsOf.Mapping(
                0x400000, 0x40b000, "r-xp", 0x1000, 1234, "/tmp/a  b c (deleted)"));
    assertThat(mapping.isExecutable()).isTrue();
    assertThat(mapping.isWritable()).isFalse();
    assertThat(mapping.isShared()).isFalse();
  }

  @Test
  void shouldHaveNoNameWhenAnonymous() {
    MappingsOf.Mapping mapping = MappingsOf.parse("7ffc0000-7ffc1000 rw-p 00000000 00:00 0 ");
    assertThat(mapping.name()).isEmpty();
    assertThat(mapping.inode()).isZero();
    assertThat(mapping.isWritable()).isTrue();
    assertThat(mapping.isExecutable()).isFalse();
  }

  @Test
  void shouldTakeAddressesAsUnsigned() {
    MappingsOf.Mapping vsyscall =
        MappingsOf.parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]");
    assertThat(vsyscall.start()).isEqualTo(-0xa00000L);
    assertThat(vsyscall.end() - vsyscall.start()).isEqualTo(4096);
    assertThat(vsyscall.name()).isEqualTo("[vsyscall]");
  }

  @Test
  void shouldTakeOnlySharedMappingsWhenOnlyTheseAreWanted() {
    String maps =
        """
        00400000-0040b000 r-xp 00001000 08:01 1234   /tmp/rw-s s
        7f0000000000-7f0000001000 rw-s 00000000 00:01 77     /dev/zero (deleted)
        7ffc0000-7ffc1000 rw-p 00000000 00:00 0\s
        7ffd0000-7ffd1000 r--s 00000000 08:01 9 /tmp/x
        """;
    assertThat(MappingsOf.shared(maps))
        .extracting(MappingsOf.Mapping::name)
        .containsExactly("/dev/zero (deleted)", "/tmp/x");
    assertThat(MappingsOf.shared("")).isEmpty();
    assertThat(MappingsOf.sharedOf(-1).all()).isEmpty();
  }

  @Test
  void shouldTellSharedAnonymousFromSharedFiles() {
    String shared = "7f0000000000-7f0000001000 rw-s 00000000 00:01 77     ";
    assertThat(MappingsOf.parse(shared + "/dev/zero (deleted)").isSharedAnonymous()).isTrue();
    assertThat(MappingsOf.parse(shared + "/dev/shm/x (deleted)").isSharedAnonymous()).isFalse();
    assertThat(MappingsOf.parse(shared.replace("-s ", "-p ") + "/dev/zero").isSharedAnonymous())
        .isFalse();
  }

  @Test
  void shouldFindNothingWhenTheProcessIsGone() {
    assertThat(MappingsOf.process(-1).all()).isEmpty();
  }

  @Test
  void shouldNameASharedWritableFileAsObstacleOnly() throws Exception {
    Path file = Files.write(directory.resolve("with  spaces"), new byte[4096]);
    try (MemberOnChild on = new MemberOnChild()) {
      map(on, 0, MemberOnChild.READ_WRITE, MemberOnChild.SHARED_ANONYMOUS, -1);
      MappingsOf anonymous = MappingsOf.process(on.child.pid());
      assertThat(anonymous.all()).anyMatch(MappingsOf.Mapping::isSharedAnonymous);
      assertThat(anonymous.obstacle(on.member.model())).isNull();

      on.putText(0, file.toString());
      long descriptor = on.member.inject(MemberOnChild.number("open"), on.room, O_RDWR);
      assertThat(descriptor).isNotNegative();
      map(on, 0, 1, MAP_SHARED, descriptor); // may only be read
      assertThat(MappingsOf.process(on.child.pid()).obstacle(on.member.model())).isNull();
      long mapped = map(on, 0, MemberOnChild.READ_WRITE, MAP_SHARED, descriptor);
      MappingsOf withFile = MappingsOf.process(on.child.pid());
      assertThat(withFile.obstacle(on.member.model())).endsWith(" mapping of " + file);
      Files.delete(file);
      assertThat(MappingsOf.process(on.child.pid()).all())
          .anyMatch(
              mapping -> mapping.start() == mapped && mapping.name().equals(file + " (deleted)"));
    }
  }

  @Test
  void shouldTakeInodesThatUseAllBits() {
    MappingsOf.Mapping mapping =
        MappingsOf.parse("400000-401000 r--p 00000000 00:2a 9223372036854775811   /bin/x");
    assertThat(mapping.inode()).isEqualTo(Long.MIN_VALUE + 3); // as overlayfs numbers them
  }

  @Test
  void shouldSeeAllMappingsWhenANameIsNoUtf8() throws Exception {
    Path file = directory.resolve("latin");
    try (MemberOnChild on = new MemberOnChild()) {
      on.putText(0, file + "-\u00e9");
      int create = O_RDWR | 0100;
      long descriptor = on.member.inject(MemberOnChild.number("open"), on.room, create, 0600);
      assertThat(descriptor).isNotNegative();
      map(on, 0, MemberOnChild.READ_WRITE, MAP_SHARED, descriptor);
      assertThat(on.member.inject(MemberOnChild.number("unlink"), on.room)).isZero();
      assertThat(MappingsOf.process(on.child.pid()).obstacle(on.member.model()))
          .endsWith(" mapping of " + file + "-\u00e9 (deleted)");
    }
  }

  @Test
  void shouldFindRoomThatTheKernelCallsFree() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      long wanted = 64L << 20;
      for (int i = 0; i < 4; i++) {
        MappingsOf mappings = MappingsOf.process(on.child.pid());
        long room = mappings.roomNear(on.text, wanted);
        assertThat(room).isPositive();
        assertThat(room % 4096).isZero();
        assertThat(Math.abs(room - on.text)).isLessThan(2 * GIB);
        int flags = MemberOnChild.PRIVATE_ANONYMOUS | FIXED_NOREPLACE;
        long mapped = on.member.inject(MemberOnChild.number("mmap"), room, wanted, 0, flags, -1, 0);
        assertThat(mapped).as("round %d", i).isEqualTo(room);
      }
    }
  }

  @Test
  void shouldFindRoomAboveWhenTheProgramLiesLow() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      long room = MappingsOf.process(on.child.pid()).roomNear(0x40_0000, 8192);
      assertThat(room).isBetween(GIB / 4, 2 * GIB);
    }
  }

  private static long map(MemberOnChild on, long at, int protection, int flags, long descriptor)
      throws TraceeDiedException {
    long mapped =
        on.member.inject(MemberOnChild.number("mmap"), at, 4096, protection, flags, descriptor, 0);
    assertThat(mapped).isPositive();
    return mapped;
  }
}
