package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_BYTES;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_FLAGS;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The records that the stub makes of what calls wrote, against those of the tracer; for what they
 * receive see {@link StubDraftsTest}.
 */
@Timeout(60)
class StubOutputsTest extends MessageImage {
  private static final int FIONREAD = 0x541b;

  private final List<String> expected = new ArrayList<>();

  StubOutputsTest() {
    super(20_260_722);
  }

  @Test
  void shouldBeTheTracersRecords() throws Exception {
    for (int i = 0; i < 2000; i++) {
      int count = 1 + random.nextInt(MESSAGES);
      boolean failed = random.nextInt(10) == 0;
      int many = failed ? -Errno.EAGAIN : 1 + random.nextInt(count);
      int few = failed ? -Errno.EAGAIN : random.nextInt(2 * LENGTHS);
      call("sendmmsg", many, 3, header(MESSAGES - count), count, 0);
      call("preadv", few, 3, IOVECS, MOST_BUFFERS * MESSAGES, 0, 0);
      call("accept4", failed ? -Errno.EAGAIN : 5, 3, 0, 0, 0);
      call("ioctl", failed ? -Errno.EAGAIN : 0, 3, FIONREAD, DATA);
      call("getsockname", failed ? -Errno.EAGAIN : 0, 3, NAMES, header(1) + MSGHDR_NAME_LENGTH);
    }
    assertThat(StubProgram.run(directory, "records", false, image, BASE, lines))
        .isEqualTo(expected);
  }

  @Test
  void shouldBeTheTracersRecordWhenDataOverwritesWhatSaysWhereItGoes() throws Exception {
    memory.putLong(IOVECS, IOVECS).putLong(IOVECS + 8, 4 * IOVEC_SIZE);
    image = bytes.array().clone();
    Map<Long, Long> overwriting = new TreeMap<>();
    for (int i = 0; i < 4 * IOVEC_SIZE; i += 8) {
      overwriting.put(IOVECS + i, random.nextLong());
    }
    call("preadv", 150, overwriting, 3, IOVECS, MOST_BUFFERS, 0, 0);
    assertThat(StubProgram.run(directory, "records", false, image, BASE, lines))
        .isEqualTo(expected);
  }

  /** Whatever a kernel may write. */
  private void call(String name, long result, long... arguments) {
    Map<Long, Long> written = new TreeMap<>();
    for (int i = 0; i < MESSAGES; i++) {
      int padding = random.nextInt();
      written.put(header(i) + MSGHDR_NAME_LENGTH, word(random.nextInt(MOST_NAME + 1), padding));
      written.put(header(i) + MSGHDR_FLAGS, random.nextLong());
      written.put(header(i) + MMSGHDR_BYTES, word(random.nextInt(3 * LENGTHS), padding));
    }
    for (int i = 0; i < 20; i++) {
      written.put(DATA + 8L * random.nextInt(MESSAGES * LENGTHS / 2), random.nextLong());
    }
    written.put(TIME, random.nextLong());
    call(name, result, written, arguments);
  }

  private static long word(int low, int high) {
    return Integer.toUnsignedLong(low) | (long) high << Integer.SIZE;
  }

  private void call(String name, long result, Map<Long, Long> written, long... given) {
    SyscallRow row = SyscallTable.named(name);
    long[] arguments = Arrays.copyOf(given, 6);
    StringBuilder line = new StringBuilder(Integer.toHexString(row.number()));
    for (long argument : arguments) {
      line.append(' ').append(Long.toHexString(argument));
    }
    line.append(' ').append(Long.toHexString(result));
    line.append(' ').append(Integer.toHexString(written.size()));
    regions.enter(row, arguments, memory);
    written.forEach(
        (address, value) -> {
          memory.putLong(address, value);
          line.append(' ').append(Long.toHexString(address));
          line.append(' ').append(Long.toHexString(value));
        });
    lines.add(line.toString());
    regions.leave(row, arguments, result, memory);
    ByteBuffer record = ByteBuffer.allocate((int) OutputRecord.encodedLength(regions));
    int length = OutputRecord.write(regions, memory, record);
    expected.add(HexFormat.of().formatHex(record.array(), 0, length));
  }
}
