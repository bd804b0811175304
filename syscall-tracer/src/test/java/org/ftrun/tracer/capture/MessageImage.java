package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.SocketLayout.IOVEC_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_IOV_COUNT;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_NAME_LENGTH;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of the stub's records have in common: an image of a service's memory, of chance bytes
 * and of message headers with names and buffers, and the lines that a {@link StubProgram} is given.
 */
abstract class MessageImage {
  static final long BASE = 0x10_0000_0000L;
  static final int SIZE = 1 << 16;
  static final int MESSAGES = 8;
  static final int MOST_BUFFERS = 4;
  static final int MOST_NAME = 128;
  static final int LENGTHS = 300;
  static final long IOVECS = BASE + 0x1000;
  static final long NAMES = BASE + 0x2000;
  static final long TIME = BASE + 0x3000;
  static final long LENGTH = BASE + 0x3100;
  static final long DATA = BASE + 0x4000;

  final Random random;
  final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
  final FakeMemory memory = new FakeMemory(BASE, bytes);
  final OutputRegions regions = new OutputRegions();
  final List<String> lines = new ArrayList<>();
  byte[] image;
  @TempDir Path directory;

  /** An image that depends on the seed alone. */
  MessageImage(long seed) {
    random = new Random(seed);
  }

  @BeforeEach
  void fillMemory() {
    random.nextBytes(bytes.array());
    for (int i = 0; i < MESSAGES; i++) {
      setUp(i);
    }
    memory.putInt(LENGTH, 20);
    image = bytes.array().clone();
  }

  /** All headers at once, of which calls use the first ones, with buffers of their own. */
  private void setUp(int i) {
    long header = header(i);
    long iovecs = IOVECS + (long) i * MOST_BUFFERS * IOVEC_SIZE;
    memory.putLong(header + MSGHDR_NAME, i % 3 == 1 ? 0 : NAMES + (long) i * MOST_NAME);
    memory.putInt(header + MSGHDR_NAME_LENGTH, i == 3 ? 0 : random.nextInt(MOST_NAME + 20));
    memory.putLong(header + MSGHDR_IOV, iovecs);
    memory.putLong(header + MSGHDR_IOV_COUNT, i == 5 ? 0 : 1 + i % MOST_BUFFERS);
    memory.putLong(header + MSGHDR_CONTROL, 0);
    memory.putLong(header + MSGHDR_CONTROL_LENGTH, 0);
    for (int j = 0; j < MOST_BUFFERS; j++) {
      long buffer = iovecs + (long) j * IOVEC_SIZE;
      memory.putLong(buffer, DATA + (long) (i * MOST_BUFFERS + j) * LENGTHS);
      memory.putLong(buffer + 8, random.nextInt(4) == 0 ? 0 : random.nextInt(LENGTHS));
    }
  }

  static long header(int i) {
    return BASE + (long) i * MMSGHDR_SIZE;
  }
}
