package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThreadRoomsTest {
  private static final long START = 0x7000_0000L;

  private final ThreadRooms rooms = new ThreadRooms();

  @Test
  void shouldHaveNoRoomBeforeAChunkIsMapped() {
    assertThat(rooms.isEmpty()).isTrue();
    assertThatThrownBy(rooms::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void shouldGiveEachThreadARoomOfItsOwnWithinTheChunk() {
    rooms.addChunk(START);
    Set<Long> bases = new HashSet<>();
    while (!rooms.isEmpty()) {
      ThreadRoom room = rooms.next();
      rooms.take();
      assertThat(room.base().value()).isBetween(START, START + ThreadRooms.CHUNK_BYTES - 1);
      assertThat((room.base().value() - START) % ThreadRoom.BYTES).isZero();
      assertThat(room.scratch().value()).isLessThan(room.area().value());
      bases.add(room.base().value());
    }
    assertThat(bases).hasSize(ThreadRooms.CHUNK_ROOMS);
  }

  @Test
  void shouldUseARoomAgainWhenItsThreadHasEnded() {
    rooms.addChunk(START);
    ThreadRoom first = rooms.next();
    rooms.take();
    rooms.take();
    rooms.giveBack(first);
    assertThat(rooms.next()).isEqualTo(first);
  }
}
