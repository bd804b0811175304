package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service's thread writes into the next slot by itself, here by way of the file. */
@Timeout(10)
class UnpublishedEventTest {
  private static final int RECVFROM = 45;
  private static final int ROOM = 100;

  private LogFile file;
  private EventLog log;
  private EventLogWriter writer;
  private EventReader reader;

  @BeforeEach
  void makeLogWithAnEvent() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(64, 1 << 20));
    writer = log.writer();
    writer.activate(Consumer.REPLICA);
    reader = log.reader(Consumer.REPLICA);
    assertThat(writer.tryReserve(0)).isTrue();
    TestEvents.publish(writer, 0, 0);
    reader.peek();
    reader.consume();
  }

  @AfterEach
  void deleteFile() throws IOException {
    file.close();
  }

  @Test
  void shouldBeNoneWhenTheNextSlotHoldsNothing() {
    assertThat(writer.unpublished().state()).isEqualTo(UnpublishedEvent.State.NONE);
  }

  @ParameterizedTest
  @CsvSource({"0, INTENT", "127, RESULT", "1, COMPLETE", "2, NONE"})
  void shouldTellHowFarItHasComeWhenTheKindSaysSo(byte kind, UnpublishedEvent.State state)
      throws IOException {
    write(1, kind);
    assertThat(writer.unpublished().state()).isEqualTo(state);
  }

  @Test
  void shouldBeNoneWhenTheSlotIsOfAnotherEvent() throws IOException {
    write(65, EventKind.SYSCALL.code());
    assertThat(writer.unpublished().state()).isEqualTo(UnpublishedEvent.State.NONE);
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 127, 1})
  void shouldBeNoneWhenTheNextSlotWasEmptied(byte kind) throws IOException {
    write(1, kind);
    writer.emptyNextSlot();
    assertThat(writer.unpublished().state()).isEqualTo(UnpublishedEvent.State.NONE);
    assertThat(reader.peek()).isNull();
  }

  @Test
  void shouldBeNoneInANewLogWhenTheNextSlotWasEmptied() throws IOException {
    try (LogFile empty = new LogFile()) {
      EventLogWriter first =
          EventLog.create(empty.channel(), new EventLogLayout(64, 1 << 20)).writer();
      first.emptyNextSlot();
      assertThat(first.unpublished().state()).isEqualTo(UnpublishedEvent.State.NONE);
    }
  }

  @Test
  void shouldHoldAnEventAgainWhenTheEmptiedSlotIsPublished() throws IOException {
    write(1, EventLogLayout.RESULT_STORED);
    writer.emptyNextSlot();
    assertThat(writer.tryReserve(16)).isTrue();
    TestEvents.publish(writer, 1, 16);
    TestEvents.check(reader.peek(), 1, 16);
  }

  @Test
  void shouldLookBehindWhatTheThreadHasPublished() throws IOException {
    write(1, EventKind.SYSCALL.code());
    log.cursor().set(1);
    write(2, EventLogLayout.RESULT_STORED);
    UnpublishedEvent left = writer.unpublished();
    assertThat(left.state()).isEqualTo(UnpublishedEvent.State.RESULT);
    assertThat(writer.published()).isEqualTo(1);
    assertThat(left.result()).isEqualTo(1002);
  }

  @Test
  void shouldPublishWhatStandsInTheRoomThatTheCallWasGiven() throws IOException {
    long position = 4096; // the thread began the ring anew, say: the writer would not choose it
    write(1, EventKind.INVALID.code(), position);
    long offset = writer.unpublished().adoptRoom(ROOM);
    assertThat(offset).isEqualTo(writer.reservedOffset());
    assertThat(offset - log.layout().payloadOffset()).isEqualTo(position);
    TestEvents.publish(writer, 1, ROOM);
    TestEvents.check(reader.peek(), 1, ROOM);
  }

  @Test
  void shouldThrowWhenTheRoomIsBeforeTheHead() throws IOException {
    assertThat(writer.tryReserve(16)).isTrue();
    TestEvents.publish(writer, 1, 16);
    write(2, EventKind.INVALID.code(), 8);
    assertThatThrownBy(() -> writer.unpublished().adoptRoom(ROOM))
        .isInstanceOf(CorruptEventException.class)
        .hasMessageContaining("payload position");
  }

  @Test
  void shouldAdoptNoRoomWhenThereIsNoEvent() {
    assertThat(writer.unpublished().adoptRoom(ROOM)).isEqualTo(-1);
  }

  @Test
  void shouldShowTheCallWhenItIsAnIntent() throws IOException {
    write(1, EventKind.INVALID.code());
    UnpublishedEvent left = writer.unpublished();
    assertThat(left.syscall()).isEqualTo(RECVFROM);
    assertThat(left.flags()).isEqualTo(200);
    assertThat(left.descriptor()).isEqualTo(7);
    assertThat(left.room()).isEqualTo(ROOM);
  }

  @Test
  void shouldShowArgumentsAndDraftWhenTheyAreInTheHeader() throws IOException {
    write(1, EventKind.INVALID.code());
    ByteBuffer line = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      line.putLong(i * 8, -1 - i);
    }
    line.putInt(48, 640).putInt(52, 1234);
    file.channel().write(line, EventLogLayout.ARGUMENTS_OFFSET);
    UnpublishedEvent left = writer.unpublished();
    assertThat(left.arguments()).containsExactly(-1, -2, -3, -4, -5, -6);
    assertThat(left.draftPieces()).isEqualTo(640);
    assertThat(left.draftRoom()).isEqualTo(1234);
  }

  @Test
  void shouldPublishAnIntentWithTheGivenResultWhenCompleted() throws IOException {
    write(1, EventKind.INVALID.code());
    assertThat(writer.unpublished().complete(3, 60, 60)).isEqualTo(1);
    Event event = reader.peek();
    assertThat(event.flags()).isEqualTo(3);
    assertThat(event.kind()).isEqualTo(EventKind.SYSCALL);
    assertThat(event.result()).isEqualTo(60);
    assertThat(event.payloadLength()).isEqualTo(60);
    assertThat(writer.unpublished().state()).isEqualTo(UnpublishedEvent.State.NONE);
  }

  @Test
  void shouldGoOnBehindItsPayloadWhenPublished() throws IOException {
    write(1, EventKind.SYSCALL.code());
    assertThat(writer.unpublished().publish()).isEqualTo(1);
    assertThat(reader.peek().result()).isEqualTo(1001);
    assertThat(writer.tryReserve(8)).isTrue();
    assertThat(writer.reservedOffset() - log.layout().payloadOffset()).isGreaterThanOrEqualTo(ROOM);
    assertThat(writer.published()).isEqualTo(1);
  }

  @Test
  void shouldThrowWhenWhatIsPublishedCannotBeTrue() throws IOException {
    write(1, EventKind.INVALID.code());
    assertThatThrownBy(() -> writer.unpublished().publish())
        .isInstanceOf(CorruptEventException.class);
    assertThat(writer.published()).isZero();
  }

  private void write(long sequence, byte kind) throws IOException {
    write(sequence, kind, 0);
  }

  private void write(long sequence, byte kind, long position) throws IOException {
    ByteBuffer slot = ByteBuffer.allocate(EventLogLayout.SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    slot.put(EventLogLayout.SLOT_KIND_OFFSET, kind);
    slot.put(EventLogLayout.SLOT_FLAGS_OFFSET, (byte) 200);
    slot.putShort(EventLogLayout.SLOT_SYSCALL_OFFSET, (short) RECVFROM);
    slot.putLong(EventLogLayout.SLOT_RESULT_OFFSET, 1000 + sequence);
    slot.putLong(EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET, position);
    slot.putInt(EventLogLayout.SLOT_PAYLOAD_LENGTH_OFFSET, ROOM);
    slot.putInt(EventLogLayout.SLOT_DESCRIPTOR_OFFSET, 7);
    slot.putLong(EventLogLayout.SLOT_SEQUENCE_OFFSET, sequence);
    file.channel().write(slot, log.layout().slotOffset(sequence));
  }
}
