package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MappingsOfTest {

  @Test
  void shouldReadAFileWithSpacesInItsName() {
    MappingsOf.Mapping mapping =
        MappingsOf.parse("7f01a000-7f01c000 r-xp 00001000 fe:00 4711        /opt/my server/lib a");
    assertThat(mapping.start()).isEqualTo(0x7f01a000L);
    assertThat(mapping.end()).isEqualTo(0x7f01c000L);
    assertThat(mapping.isExecutable()).isTrue();
    assertThat(mapping.isShared()).isFalse();
    assertThat(mapping.inode()).isEqualTo(4711);
    assertThat(mapping.name()).isEqualTo("/opt/my server/lib a");
  }

  @Test
  void shouldTellSharedAnonymousMemoryFromSharedFiles() {
    assertThat(MappingsOf.parse("1000-2000 rw-s 00000000 00:01 5  /dev/zero (deleted)"))
        .matches(MappingsOf.Mapping::isSharedAnonymous);
    assertThat(MappingsOf.parse("1000-2000 rw-s 00000000 00:01 5  /var/db"))
        .matches(mapping -> mapping.isShared() && !mapping.isSharedAnonymous());
    assertThat(MappingsOf.parse("1000-2000 rw-p 00000000 00:00 0 ").name()).isEmpty();
  }

  @Test
  void shouldFindRoomThatNothingOccupies() {
    MappingsOf own = MappingsOf.process((int) ProcessHandle.current().pid());
    assertThat(own.all()).isNotEmpty();
    long near = own.all().get(own.all().size() / 2).start();
    long bytes = 16 << 20;
    long room = own.roomNear(near, bytes);
    assertThat(room).isNotZero();
    assertThat(Math.abs(room - near)).isLessThan(2L << 30);
    assertThat(own.all())
        .noneMatch(mapping -> mapping.start() < room + bytes && room < mapping.end());
  }

  @Test
  void shouldHaveNothingOfAProcessThatIsGone() {
    assertThat(MappingsOf.process(Integer.MAX_VALUE).all()).isEmpty();
  }
}
