package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoomSearchTest {
  private static final long ROOM = 0x10000;
  private static final long MIB = 0x100000;

  @Test
  void shouldTakeRoomBelowAProgramWhenItsHeapFollows() {
    List<MappingsOf.Mapping> program =
        mappings(
            "555555554000-555555555000 r--p 00000000 08:01 1 /bin/x",
            "555555555000-555555557000 r-xp 00001000 08:01 1 /bin/x",
            "555555559000-55555557a000 rw-p 00000000 00:00 0 [heap]",
            "7ffff7dd0000-7ffff7fff000 r-xp 00000000 08:01 2 /lib/libc.so.6",
            "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]");

    assertThat(RoomSearch.near(program, 0x555555555123L, ROOM))
        .isEqualTo(0x555555554000L - MIB - ROOM);
    assertThat(RoomSearch.near(program, 0x7ffff7dd1000L, ROOM))
        .isEqualTo(0x7ffff7dd0000L - MIB - ROOM);
  }

  @Test
  void shouldTakeRoomBelowAProgramAtAFixedAddress() {
    List<MappingsOf.Mapping> program =
        mappings(
            "00400000-00401000 r--p 00000000 08:01 1 /bin/x",
            "00401000-00402000 r-xp 00001000 08:01 1 /bin/x",
            "01abc000-01add000 rw-p 00000000 00:00 0 [heap]");

    assertThat(RoomSearch.near(program, 0x401123, ROOM)).isEqualTo(0x400000 - MIB - ROOM);
  }

  @Test
  void shouldGoOnBelowWhenAGapIsTooSmall() {
    List<MappingsOf.Mapping> program =
        mappings(
            "7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /lib/a.so",
            "7f0000200000-7f0000201000 r-xp 00000000 08:01 1 /lib/b.so");

    assertThat(RoomSearch.near(program, 0x7f0000200100L, ROOM))
        .as("2 MiB are too few")
        .isEqualTo(0x7f0000000000L - MIB - ROOM);
    assertThat(RoomSearch.near(program, 0x7f0000200100L, 0x1000))
        .isEqualTo(0x7f0000000000L - MIB - 0x1000);
  }

  @Test
  void shouldTakeRoomAboveWhenNothingBelowIsInReach() {
    List<MappingsOf.Mapping> program =
        mappings(
            "7e0000000000-7f0000000000 rw-p 00000000 00:00 0",
            "7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /lib/a.so",
            "7f0001000000-7f0001001000 r-xp 00000000 08:01 1 /lib/b.so");

    assertThat(RoomSearch.near(program, 0x7f0000000100L, ROOM))
        .isEqualTo(0x7f0001000000L - MIB - ROOM);
  }

  @Test
  void shouldLeaveAHeapAndAStackTheirRoom() {
    List<MappingsOf.Mapping> program =
        mappings(
            "00100000-70000000 rw-p 00000000 00:00 0",
            "70000000-70001000 r-xp 00000000 08:01 1 /bin/x",
            "70001000-70022000 rw-p 00000000 00:00 0 [heap]",
            "78000000-78001000 r-xp 00000000 08:01 1 /lib/a.so",
            "90000000-90021000 rw-p 00000000 00:00 0 [stack]");

    assertThat(RoomSearch.near(program, 0x70000100L, ROOM)).isZero();
  }

  @Test
  void shouldFindNothingOutOfReach() {
    List<MappingsOf.Mapping> program =
        mappings(
            "7e0000000000-7f0000000000 rw-p 00000000 00:00 0",
            "7f0000000000-7fff00000000 r-xp 00000000 08:01 1 /x");

    assertThat(RoomSearch.near(program, 0x7f8000000000L, ROOM)).isZero();
    assertThat(RoomSearch.near(List.of(), 0x7f8000000000L, ROOM)).isZero();
  }

  @Test
  void shouldFindRoomThatTheKernelCallsFree() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      int flags = MemberOnChild.PRIVATE_ANONYMOUS | 0x10_0000; // MAP_FIXED_NOREPLACE
      for (int i = 0; i < 4; i++) {
        long room = RoomSearch.near(MappingsOf.process(on.child.pid()).all(), on.text, ROOM);
        assertThat(Math.abs(room - on.text)).isBetween(MIB, 1L << 31);
        long mapped =
            on.member.inject(
                MemberOnChild.number("mmap"), room, ROOM, MemberOnChild.READ_EXECUTE, flags, -1, 0);
        assertThat(mapped).as("room %d", i).isEqualTo(room);
      }
    }
  }

  private static List<MappingsOf.Mapping> mappings(String... lines) {
    return Arrays.stream(lines).map(MappingsOf::parse).collect(Collectors.toList());
  }
}
