package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.ftrun.tracer.abi.Signal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory of a real child. */
@Timeout(60)
class TraceeMemoryTest {
  private static final int PAGE = 4096;

  private TracedChild child;
  private TraceeMemory memory;
  private final Registers registers = new Registers();
  private TraceeAddress room;

  @BeforeEach
  void start() throws Exception {
    child = TracedChild.asleep(0);
    memory = child.tracee().memory();
    child.stop();
    child.tracee().readRegisters(registers);
    room = new TraceeAddress(registers.rsp() - 2 * PAGE);
  }

  @AfterEach
  void end() {
    child.close();
  }

  @Test
  void shouldReadBackWhatWasWritten() throws Exception {
    byte[] bytes = {1, 2, 3, 4, 5};
    assertThat(memory.writeBytes(room, bytes)).isTrue();
    assertThat(memory.readBytes(room, 5)).isEqualTo(bytes);
    assertThat(memory.readBytes(room.plus(2), 2)).containsExactly(3, 4);
    assertThat(memory.writeLong(room, -2)).isTrue();
    assertThat(memory.readLong(room)).isEqualTo(-2);
  }

  @Test
  void shouldMoveOnlyFromPositionToLimit() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8);
    buffer.put(0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).position(2).limit(5);
    assertThat(memory.write(room, buffer)).isEqualTo(3);
    assertThat(buffer.position()).isEqualTo(2);
    ByteBuffer back = ByteBuffer.allocateDirect(8);
    back.position(4).limit(7);
    assertThat(memory.read(room, back)).isEqualTo(3);
    byte[] all = new byte[8];
    back.clear().get(all);
    assertThat(all).containsExactly(0, 0, 0, 0, 3, 4, 5, 0);
    assertThat(memory.read(room, back.limit(back.position()))).isZero();
  }

  @Test
  void shouldMoveSlicesFromTheirOwnStart() {
    ByteBuffer slice = ByteBuffer.allocateDirect(16).put(8, (byte) 42).slice(8, 1);
    assertThat(memory.write(room, slice)).isEqualTo(1);
    ByteBuffer into = ByteBuffer.allocateDirect(16).slice(3, 1);
    assertThat(memory.read(room, into)).isEqualTo(1);
    assertThat(into.get(0)).isEqualTo((byte) 42);
  }

  @Test
  void shouldSayHowMuchWhenTheRestIsNotMapped() throws Exception {
    TraceeAddress end = endOfStack();
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    assertThat(memory.read(end.plus(-16), buffer)).isEqualTo(16);
    assertThat(memory.read(end, buffer)).isZero();
    assertThat(memory.read(new TraceeAddress(0), buffer)).isZero();
    assertThatThrownBy(() -> memory.readBytes(end.plus(-16), 17))
        .isSameAs(TraceeDiedException.INSTANCE);
    assertThatThrownBy(() -> memory.readLong(end.plus(-7))).isSameAs(TraceeDiedException.INSTANCE);
    assertThat(memory.writeLong(end.plus(-7), 1)).isFalse();
    assertThat(memory.writeBytes(end.plus(-1), new byte[2])).isFalse();
  }

  @Test
  void shouldForceBytesIntoTextWhereWritingFails() throws Exception {
    TraceeAddress text = new TraceeAddress(registers.rip());
    byte[] before = memory.readBytes(text, 3);
    byte[] bytes = {0x0f, 0x05, (byte) 0xcc};
    assertThat(memory.writeBytes(text, bytes)).isFalse();
    assertThat(memory.readBytes(text, 3)).isEqualTo(before);
    assertThat(memory.forceWrite(text, bytes)).isTrue();
    assertThat(memory.readBytes(text, 3)).isEqualTo(bytes);
    assertThat(memory.forceWrite(new TraceeAddress(0), bytes)).isFalse();
    assertThat(memory.forceRead(text, bytes.length)).isEqualTo(bytes);
    assertThat(memory.forceRead(new TraceeAddress(0), bytes.length)).isNull();
  }

  @Test
  void shouldReadStringsUpToTheirEnd() throws Exception {
    memory.writeBytes(room, "hello\0rest".getBytes(StandardCharsets.US_ASCII));
    assertThat(memory.readString(room)).isEqualTo("hello");
    assertThat(memory.readString(room.plus(5))).isEmpty();
    String longer = "0123456789".repeat(60);
    TraceeAddress acrossPages = new TraceeAddress((room.value() & -PAGE) - 300);
    memory.writeBytes(acrossPages, (longer + "\0").getBytes(StandardCharsets.US_ASCII));
    assertThat(memory.readString(acrossPages)).isEqualTo(longer);
  }

  @Test
  void shouldReadWhatThereIsWhenAStringHasNoEnd() throws Exception {
    TraceeAddress end = endOfStack();
    memory.writeBytes(end.plus(-300), "x".repeat(300).getBytes(StandardCharsets.US_ASCII));
    assertThat(memory.readString(end.plus(-300))).isEqualTo("x".repeat(300));
    assertThat(memory.readString(end)).isEmpty();
    memory.writeBytes(room.plus(-PAGE), "y".repeat(2 * PAGE).getBytes(StandardCharsets.US_ASCII));
    assertThat(memory.readString(room.plus(-PAGE))).hasSize(PAGE);
  }

  @Test
  void shouldRefuseBuffersThatHaveNoAddress() {
    assertThatThrownBy(() -> memory.read(room, ByteBuffer.allocate(8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldMoveNothingWhenTheProcessIsGone() {
    child.signal(Signal.SIGKILL);
    assertThat(child.tracee().await().kind()).isEqualTo(StopKind.KILLED);
    assertThat(memory.read(room, ByteBuffer.allocateDirect(8))).isZero();
    assertThat(memory.writeLong(room, 1)).isFalse();
    assertThat(memory.forceWrite(room, new byte[1])).isFalse();
    assertThat(memory.forceRead(room, 1)).isNull();
    assertThat(memory.readString(room)).isEmpty();
  }

  /** Where nothing is mapped any more behind the stack; what follows it lies further up. */
  private TraceeAddress endOfStack() throws Exception {
    for (String line :
        java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/" + child.pid() + "/maps"))) {
      if (line.endsWith("[stack]")) {
        String end = line.substring(line.indexOf('-') + 1, line.indexOf(' '));
        return new TraceeAddress(Long.parseUnsignedLong(end, 16));
      }
    }
    throw new AssertionError("no stack");
  }
}
