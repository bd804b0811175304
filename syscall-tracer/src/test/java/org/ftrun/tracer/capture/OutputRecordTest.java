package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.ftrun.tracer.capture.OutputRecord.Defect;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutputRecordTest {
  private static final long BASE = 0x7000_0000_0000L;
  private static final long SEED = 20_260_101L;

  private final FakeMemory memory = new FakeMemory(BASE, 4096);
  private final OutputRegions regions = new OutputRegions();
  private final ByteBuffer payload = ByteBuffer.allocateDirect(1024);
  private final OutputRecord record = new OutputRecord();

  @BeforeEach
  void fill() {
    for (int i = 0; i < memory.size(); i++) {
      memory.putByte(BASE + i, i * 7);
    }
    payload.order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void shouldReturnWhatWasWrittenWhenReadBack() {
    regions.add(BASE + 8, 13);
    regions.add(BASE + 100, 16);
    payload.position(24);

    int written = OutputRecord.write(regions, memory, payload);

    assertThat(written).isEqualTo(16 + 16 + 16 + 16);
    assertThat(written).isEqualTo((int) OutputRecord.encodedLength(regions));
    payload.flip().position(24);
    record.wrap(payload);
    assertRegion(BASE + 8, 13);
    assertRegion(BASE + 100, 16);
    assertThat(record.next()).isFalse();
    assertThat(record.defect()).isEqualTo(Defect.NONE);
  }

  private void assertRegion(long address, int length) {
    assertThat(record.next()).isTrue();
    assertThat(record.address()).isEqualTo(address);
    assertThat(record.length()).isEqualTo(length);
    for (int i = 0; i < length; i++) {
      assertThat(payload.get(record.offset() + i)).isEqualTo(memory.getByte(address + i));
    }
  }

  @Test
  void shouldLeaveOutWhatCannotBeReadWhenTheMemoryEnds() {
    regions.add(0x1000, 8);
    regions.add(BASE + 4090, 20);
    regions.add(BASE, 8);

    int written = OutputRecord.write(regions, memory, payload);

    assertThat(written).isEqualTo(24 + 24);
    record.wrap(payload.flip());
    assertRegion(BASE + 4090, 6);
    assertRegion(BASE, 8);
    assertThat(record.next()).isFalse();
  }

  @Test
  void shouldRefuseWhenTheTargetIsTooSmall() {
    regions.add(BASE, 100);
    ByteBuffer small = ByteBuffer.allocate(100);

    assertThatThrownBy(() -> OutputRecord.write(regions, memory, small))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldBeEmptyWhenNothingWasWritten() {
    assertThat(OutputRecord.write(regions, memory, payload)).isZero();
    assertThat(record.wrap(payload.flip()).next()).isFalse();
    assertThat(record.defect()).isEqualTo(Defect.NONE);
  }

  @Test
  void shouldNameTheDefectWhenTheRecordIsMalformed() {
    assertThat(defectOf(15, BASE, 8, 0)).isEqualTo(Defect.HEADER_CUT_OFF);
    assertThat(defectOf(23, BASE, 8, 0)).isEqualTo(Defect.BAD_LENGTH);
    assertThat(defectOf(24, BASE, 9, 0)).isEqualTo(Defect.BAD_LENGTH);
    assertThat(defectOf(24, BASE, 0, 0)).isEqualTo(Defect.BAD_LENGTH);
    assertThat(defectOf(24, BASE, -8, 0)).isEqualTo(Defect.BAD_LENGTH);
    assertThat(defectOf(24, BASE, Integer.MAX_VALUE, 0)).isEqualTo(Defect.BAD_LENGTH);
    assertThat(defectOf(24, BASE, 8, 1)).isEqualTo(Defect.RESERVED_NOT_ZERO);
    assertThat(defectOf(24, 0, 8, 0)).isEqualTo(Defect.BAD_ADDRESS);
    assertThat(defectOf(24, -8, 8, 0)).isEqualTo(Defect.BAD_ADDRESS);
    assertThat(defectOf(24, (1L << 47) - 7, 8, 0)).isEqualTo(Defect.BAD_ADDRESS);
    assertThat(defectOf(24, (1L << 47) - 8, 8, 0)).isEqualTo(Defect.NONE);
  }

  private Defect defectOf(int bytes, long address, int length, int reserved) {
    payload.clear();
    payload.putLong(0, address).putInt(8, length).putInt(12, reserved);
    record.wrap(payload.limit(bytes));
    boolean found = record.next();
    assertThat(found).isEqualTo(record.defect() == Defect.NONE);
    assertThat(record.next()).isFalse();
    return record.defect();
  }

  @Test
  void shouldNeverThrowNorLeaveThePayloadWhenBytesAreRandom() {
    Random random = new Random(SEED);
    regions.add(BASE, 40);
    regions.add(BASE + 64, 7);
    regions.add(BASE + 200, 128);
    OutputRecord.write(regions, memory, payload);
    payload.flip();
    for (int round = 0; round < 20_000; round++) {
      ByteBuffer damaged = ByteBuffer.allocate(payload.remaining());
      damaged.put(payload.duplicate()).flip();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged.put(random.nextInt(damaged.limit()), (byte) random.nextInt());
      }
      damaged.limit(random.nextInt(damaged.limit() + 1));
      record.wrap(damaged);
      while (record.next()) {
        assertThat(record.length()).isPositive();
        assertThat(record.offset() + record.length()).isLessThanOrEqualTo(damaged.limit());
      }
    }
  }

  @Test
  void shouldStaySafeWhenTheRecordChangesWhileItIsRead() {
    regions.add(BASE, 8);
    regions.add(BASE + 64, 8);
    OutputRecord.write(regions, memory, payload);
    record.wrap(payload.flip());
    assertThat(record.next()).isTrue();
    payload.putInt(8, 1 << 20);
    assertThat(record.length()).isEqualTo(8);
    payload.putInt(24 + 8, 1 << 20);
    assertThat(record.next()).isFalse();
    assertThat(record.defect()).isEqualTo(Defect.BAD_LENGTH);
  }

  @Test
  void shouldRecordACallWhenRegionsComeFromTheTable() {
    long[] arguments = {3, BASE + 512, 0, 0, 0, 0};
    regions.enter(SyscallTable.named("fstat"), arguments, memory);
    regions.leave(SyscallTable.named("fstat"), arguments, 0, memory);

    OutputRecord.write(regions, memory, payload);

    record.wrap(payload.flip());
    assertRegion(BASE + 512, 144);
  }
}
