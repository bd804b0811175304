package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ftrun.tracer.stub.FastTable;
import org.ftrun.tracer.syscall.ArgumentKind;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stub's digests against those of the tracer, for all calls that the stub can do. */
@Timeout(60)
class StubDigestTest {
  private static final long BASE = 0x10_0000_0000L;
  private static final int SIZE = 1 << 20;
  private static final int CALLS_PER_ROW = 200;

  /** Bytes of structures that point to the memory itself, so that some iovecs are good. */
  private static final int STRUCTURES = 1 << 14;

  /** Bytes at the end without a zero: strings there are too long, or go beyond it. */
  private static final int UNENDED = 20_000;

  private final Random random = new Random(20_240_607);
  private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final FakeMemory memory = new FakeMemory(BASE, bytes);
  @TempDir Path directory;

  private record Call(SyscallRow row, long[] arguments) {
    String line() {
      StringBuilder line = new StringBuilder(Integer.toHexString(row.number()));
      for (long argument : arguments) {
        line.append(' ').append(Long.toHexString(argument));
      }
      return line.toString();
    }
  }

  @BeforeEach
  void fillMemory() {
    random.nextBytes(bytes.array());
    for (int at = 0; at < STRUCTURES; at += 16) {
      bytes.putLong(at, address()).putLong(at + 8, length());
    }
    for (int at = SIZE - UNENDED; at < SIZE; at++) {
      bytes.put(at, (byte) (bytes.get(at) | 1));
    }
  }

  /** Mostly good. */
  private long address() {
    return switch (random.nextInt(20)) {
      case 0 -> 0;
      case 1 -> 1 + random.nextInt(4096);
      case 2 -> BASE + SIZE - random.nextInt(100);
      case 3 -> random.nextLong();
      case 4 -> (1L << 47) - random.nextInt(100);
      default -> BASE + random.nextInt(SIZE);
    };
  }

  private long length() {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1 -> random.nextLong();
      case 2 -> random.nextInt(200_000);
      case 3 -> 1024L * random.nextInt(8);
      case 4 -> random.nextInt(9);
      default -> random.nextInt(5000);
    };
  }

  /** iovecs and headers. */
  private long structure() {
    return random.nextInt(20) == 0 ? address() : BASE + 8L * random.nextInt(STRUCTURES / 8);
  }

  private Call call(SyscallRow row) {
    long[] arguments = new long[6];
    for (int i = 0; i < 6; i++) {
      arguments[i] = random.nextLong();
    }
    for (int i = 0; i < row.arguments().size(); i++) {
      ArgumentRule rule = row.arguments().get(i);
      if (rule.kind() == ArgumentKind.PATH) {
        boolean unended = random.nextInt(5) == 0;
        arguments[i] = unended ? BASE + SIZE - random.nextInt(UNENDED) : address();
      } else if (rule.kind() == ArgumentKind.POINTER) {
        boolean structured =
            switch (rule.size().kind()) {
              case IOVEC, MSGHDR, MMSGHDR -> true;
              default -> false;
            };
        arguments[i] = structured ? structure() : address();
        if (rule.size().argument() >= 0) {
          boolean few = structured && random.nextInt(10) != 0;
          arguments[rule.size().argument()] = few ? random.nextInt(40) : length();
        }
      }
    }
    return new Call(row, arguments);
  }

  private void message(long at) {
    memory.putLong(at, address()).putLong(at + 8, random.nextInt(300));
    memory.putLong(at + 16, structure()).putLong(at + 24, random.nextInt(40));
    memory.putLong(at + 32, address()).putLong(at + 40, length());
  }

  @Test
  void shouldBeTheTracersDigestsWhenBytesAreCovered() throws Exception {
    for (int i = 0; i < 16; i++) {
      message(BASE + 64L * i);
    }
    List<Call> calls = calls();
    long[] inHigherBuffers = {1, BASE + 8192, 512, 0, 0, 0};
    calls.add(new Call(SyscallTable.named("writev"), inHigherBuffers));
    for (int i = 0; i < 16; i++) {
      calls.add(
          new Call(SyscallTable.named("sendmsg"), new long[] {1, BASE + 64L * i, 0, 0, 0, 0}));
      long[] several = {1, BASE + 64L * i, random.nextInt(16 - i), 0, 0, 0};
      calls.add(new Call(SyscallTable.named("sendmmsg"), several));
    }
    WrittenDigest written = new WrittenDigest();
    List<String> expected = new ArrayList<>();
    int whole = 0;
    for (Call call : calls) {
      expected.add(Long.toHexString(written.of(call.row(), call.arguments(), memory)));
      whole += written.isWhole() ? 1 : 0;
    }
    assertThat(digests(calls, true)).isEqualTo(expected);
    assertThat(whole).isBetween(calls.size() / 2, calls.size() - 100);
  }

  @Test
  void shouldBeTheTracersDigestsWhenArgumentsAreCovered() throws Exception {
    List<Call> calls = calls();
    List<String> expected =
        calls.stream()
            .map(call -> Long.toHexString(ArgumentDigest.of(call.row(), call.arguments())))
            .toList();
    assertThat(digests(calls, false)).isEqualTo(expected);
  }

  private List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    for (SyscallRow row : SyscallTable.rows()) {
      if (FastTable.isFast(row)) {
        for (int i = 0; i < CALLS_PER_ROW; i++) {
          calls.add(call(row));
        }
      }
    }
    return calls;
  }

  private List<String> digests(List<Call> calls, boolean written) throws Exception {
    List<String> lines = calls.stream().map(Call::line).toList();
    return StubProgram.run(directory, "digests", written, bytes.array(), BASE, lines);
  }
}
