package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.stub.FastTable;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.ftrun.tracer.syscall.WrittenWhen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Payloads that the stub lays out before a call, against the records that the tracer makes of the
 * same call made as the service asks: by the stub, and by the tracer of the stub's draft.
 */
@Timeout(60)
class StubDraftsTest extends MessageImage {
  private static final int PAGE = 4096;
  private static final int TRUNCATE = 0x20;

  private final List<Expected> expected = new ArrayList<>();

  StubDraftsTest() {
    super(20_261_127);
  }

  /** What a call must come to; null: it is left to the tracer. */
  private record Expected(String call, long result, byte[] record, long memory) {}

  /** What the kernel brings for one message. */
  private record Given(int nameLength, int flags, int moved) {}

  @Test
  void shouldBecomeTheTracersRecordsWhateverIsReceived() throws Exception {
    for (int i = 0; i < 300; i++) {
      int count = 1 + random.nextInt(MESSAGES);
      boolean failed = random.nextInt(10) == 0;
      int many = failed ? -Errno.EAGAIN : 1 + random.nextInt(count);
      int few = failed ? -Errno.EAGAIN : random.nextInt(2 * LENGTHS);
      long time = random.nextBoolean() ? TIME : 0;
      int flags = random.nextBoolean() ? TRUNCATE : 0;
      call("recvmsg", few, 3, header(random.nextInt(MESSAGES)), flags);
      call("recvmmsg", many, 3, header(0), count, flags, time);
      call("readv", few, 3, IOVECS, MOST_BUFFERS * MESSAGES);
      call("preadv2", few, 3, IOVECS + IOVEC_SIZE, MOST_BUFFERS, -1, 0, 0);
      call("recvfrom", few, 3, DATA + 3, LENGTHS, flags, NAMES, LENGTH);
      call("accept", failed ? -Errno.EAGAIN : 5, 3, NAMES, LENGTH);
      call("accept", failed ? -Errno.EAGAIN : 5, 3, 0, LENGTH);
      call("mq_timedreceive", few, 3, DATA + 5, 2 * LENGTHS, TIME + 32, 0);
    }
    check();
  }

  /** The kernel has read what says where the bytes go before it writes the first of them. */
  @Test
  void shouldBecomeTheTracersRecordWhenDataOverwritesWhatSaysWhereTheyGo() throws Exception {
    memory.putLong(IOVECS, IOVECS).putLong(IOVECS + 8, 4 * IOVEC_SIZE);
    memory.putLong(header(0) + MSGHDR_NAME, header(0)).putInt(header(0) + MSGHDR_NAME_LENGTH, 6);
    memory.putLong(header(0) + MSGHDR_IOV_COUNT, 2);
    memory.putLong(IOVECS + IOVEC_SIZE, header(0) + MSGHDR_IOV).putLong(IOVECS + 24, 16);
    image = bytes.array().clone();
    call("recvmsg", 4 * IOVEC_SIZE + 10, 3, header(0), 0);
    check();
  }

  /** The record has what was received, and not what stands there when all of it has been. */
  @Test
  void shouldLeaveTheSameMemoryWhenBuffersOverlap() throws Exception {
    for (int i = 0; i < MOST_BUFFERS; i++) {
      memory.putLong(IOVECS + (long) i * IOVEC_SIZE, DATA + i);
      memory.putLong(IOVECS + (long) i * IOVEC_SIZE + 8, 7 + i);
    }
    image = bytes.array().clone();
    call("readv", 30, 3, IOVECS, MOST_BUFFERS);
    String[] words = run().get(0).split(" ");
    assertThat(Long.parseUnsignedLong(words[4], 16)).isEqualTo(expected.get(0).memory);
    ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex(words[3]));
    bytes.put(0, image);
    OutputRecord record = new OutputRecord();
    record.wrap(payload.limit(Integer.parseInt(words[2], 16)));
    while (record.next()) {
      bytes.put((int) (record.address() - BASE), payload, record.offset(), record.length());
    }
    assertThat(record.defect()).isEqualTo(OutputRecord.Defect.NONE);
    assertThat(hash()).isEqualTo(expected.get(0).memory);
  }

  @Test
  void shouldBeLeftToTheTracerWhenTheKernelIsToFindOut() throws Exception {
    memory.putLong(header(2) + MSGHDR_CONTROL, DATA).putLong(header(2) + MSGHDR_CONTROL_LENGTH, 64);
    memory.putInt(header(0) + MSGHDR_NAME_LENGTH, -1);
    memory.putLong(header(3) + MSGHDR_NAME, BASE - 8).putInt(header(3) + MSGHDR_NAME_LENGTH, 16);
    memory.putLong(IOVECS, BASE + SIZE - 4).putLong(IOVECS + 8, 8);
    memory.putLong(IOVECS + 16, 1L << 47).putLong(IOVECS + 24, 0);
    memory.putLong(IOVECS + 32, DATA).putLong(IOVECS + 40, -1);
    memory.putInt(LENGTH, -1);
    image = bytes.array().clone();
    left("recvmsg", 3, header(2), 0);
    left("recvmsg", 3, header(0), 0);
    left("recvmsg", 3, header(3), 0);
    left("recvmsg", 3, BASE + SIZE - 8, 0);
    left("recvmmsg", 3, header(1), 2, 0, 0);
    left("recvmmsg", 3, header(1), 1, 0, BASE + SIZE - 8);
    left("readv", 3, IOVECS, 1);
    left("readv", 3, IOVECS + 16, 1);
    left("readv", 3, IOVECS + 32, 1);
    left("readv", 3, BASE + SIZE - 8, 1);
    left("recvfrom", 3, DATA, 10, 0, NAMES, LENGTH);
    left("recvfrom", 3, DATA, 10, 0, NAMES, 0);
    left("recvfrom", 3, DATA, 10, 0, 0, BASE + SIZE - 2);
    left("accept", 3, NAMES, BASE + SIZE);
    check();
  }

  @Test
  void shouldSayThatTheServiceHasItNotWhenItsMemoryHasAHole() throws Exception {
    memory.putLong(IOVECS, BASE + SIZE - 16).putLong(IOVECS + 8, PAGE + 32);
    image = bytes.array().clone();
    line("readv", PAGE + 32, given(), 3, IOVECS, 1);
    assertThat(run()).singleElement().asString().endsWith(" fault");
  }

  /** A draft is measured by the result alone: nothing may be written by a call that has failed. */
  @Test
  void shouldConcernOnlyCallsWhoseOutputsTellOfSuccess() {
    for (int number = 0; number < 512; number++) {
      SyscallRow row = SyscallTable.row(number);
      if (FastTable.isFast(row) && row.consumesInput()) {
        assertThat(row.arguments())
            .as(row.name())
            .filteredOn(rule -> rule.isOutput())
            .allMatch(rule -> rule.written() == WrittenWhen.ON_SUCCESS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {DraftRecord.AT, DraftRecord.MOST, DraftRecord.COUNTED_AT, DraftRecord.MEASURE})
  void shouldThrowWhenTheServiceHasScribbledOnADraft(int field) throws Exception {
    line("recvmmsg", 2, given(), 3, header(0), 3, 0, 0);
    String[] words = run().get(0).split(" ");
    byte[] payload = HexFormat.of().parseHex(words[1]);
    int pieces = Integer.parseInt(words[0], 16);
    int scribbled = 0;
    for (int value : new int[] {-1, 1 << 30, Integer.MIN_VALUE, payload.length}) {
      ByteBuffer changed = ByteBuffer.wrap(payload.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = pieces; at + DraftRecord.PIECE_BYTES < payload.length; at += 24) {
        changed.putInt(at + field, value);
      }
      try {
        assertThat(new DraftRecord(changed, pieces).make(2)).isLessThanOrEqualTo(payload.length);
      } catch (DraftRecord.MalformedDraftException e) {
        scribbled++;
      }
    }
    assertThat(scribbled).isPositive();
    ByteBuffer whole = ByteBuffer.wrap(payload);
    for (int where : new int[] {-1, payload.length - 8, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new DraftRecord(whole, where).make(1))
          .isInstanceOf(DraftRecord.MalformedDraftException.class);
    }
  }

  @Test
  void shouldTellHowManyMessagesHaveComeWhenTheResultIsNotKnown() throws Exception {
    for (int received = 0; received <= 4; received++) {
      line("recvmmsg", received, given(), 3, header(0), 4, 0, 0);
    }
    List<String> answers = run();
    for (int received = 0; received <= 4; received++) {
      String[] words = answers.get(received).split(" ");
      ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex(words[1]));
      DraftRecord draft = new DraftRecord(payload, Integer.parseInt(words[0], 16));
      assertThat(draft.messages()).isEqualTo(received);
    }
  }

  private List<Given> given() {
    List<Given> given = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      given.add(
          new Given(random.nextInt(MOST_NAME + 1), random.nextInt(), random.nextInt(3 * LENGTHS)));
    }
    return given;
  }

  /** Lets the stub make the call, and the kernel as the service asks, in Java's memory. */
  private void call(String name, long result, long... words) {
    List<Given> given = given();
    long seed = line(name, result, given, words);
    SyscallRow row = SyscallTable.named(name);
    long[] arguments = Arrays.copyOf(words, 6);
    regions.enter(row, arguments, memory);
    if (result >= 0) {
      new ReceivingKernel(memory, seed, i -> given.get(i).nameLength, i -> given.get(i).flags)
          .make(row, arguments, result, i -> given.get(i).moved);
    }
    regions.leave(row, arguments, result, memory);
    ByteBuffer record = ByteBuffer.allocate((int) OutputRecord.encodedLength(regions));
    int length = OutputRecord.write(regions, memory, record);
    byte[] made = Arrays.copyOf(record.array(), length);
    expected.add(new Expected(name, result, made, hash()));
  }

  /** Arguments with which the stub does nothing. */
  private void left(String name, long... words) {
    line(name, 1, given(), words);
    expected.add(null);
  }

  private long line(String name, long result, List<Given> given, long... words) {
    long seed = random.nextInt(1000);
    StringBuilder line = new StringBuilder();
    line.append(Integer.toHexString(SyscallTable.named(name).number()));
    for (long argument : Arrays.copyOf(words, 6)) {
      line.append(' ').append(Long.toHexString(argument));
    }
    line.append(' ').append(Long.toHexString(result)).append(' ').append(Long.toHexString(seed));
    for (Given message : given) {
      line.append(' ').append(Integer.toHexString(message.nameLength));
      line.append(' ').append(Integer.toHexString(message.flags));
      line.append(' ').append(Integer.toHexString(message.moved));
    }
    lines.add(line.toString());
    return seed;
  }

  private long hash() {
    long hash = 0;
    for (byte each : bytes.array()) {
      hash = hash * 31 + (each & 0xff);
    }
    return hash;
  }

  private List<String> run() throws Exception {
    return StubProgram.run(directory, "drafts", false, image, BASE, lines);
  }

  private void check() throws Exception {
    List<String> answers = run();
    assertThat(answers).hasSameSizeAs(expected);
    for (int i = 0; i < answers.size(); i++) {
      Expected call = expected.get(i);
      if (call == null) {
        assertThat(answers.get(i)).as(lines.get(i)).isEqualTo("slow");
      } else {
        check(call, answers.get(i).split(" "));
      }
    }
  }

  private static void check(Expected call, String[] words) {
    int pieces = Integer.parseInt(words[0], 16);
    byte[] draft = HexFormat.of().parseHex(words[1]);
    byte[] payload = HexFormat.of().parseHex(words[3]);
    int length = Integer.parseInt(words[2], 16);
    assertThat(Arrays.copyOf(payload, length)).as(call.call).isEqualTo(call.record);
    assertThat(Long.parseUnsignedLong(words[4], 16)).as(call.call).isEqualTo(call.memory);
    for (byte[] left : new byte[][] {draft, payload}) {
      int made = new DraftRecord(ByteBuffer.wrap(left), pieces).make(call.result);
      assertThat(Arrays.copyOf(left, made)).as("of a draft: " + call.call).isEqualTo(call.record);
    }
  }
}
