package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.junit.jupiter.api.Test;

class VdsoClockTest {
  private static final int MONOTONIC = 1;

  private record Vdso(long start, byte[] image) {}

  /** The vDSO of this very process. */
  private static Vdso own() throws Exception {
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    String line = maps.stream().filter(one -> one.endsWith("[vdso]")).findFirst().orElseThrow();
    String[] range = line.split(" ")[0].split("-");
    long start = Long.parseUnsignedLong(range[0], 16);
    int length = (int) (Long.parseUnsignedLong(range[1], 16) - start);
    TraceeMemory memory = new TraceeMemory((int) ProcessHandle.current().pid());
    return new Vdso(start, memory.readBytes(new TraceeAddress(start), length));
  }

  @Test
  void shouldTellTheTimeWhenTheFunctionFoundIsCalled() throws Exception {
    Vdso vdso = own();
    long offset = VdsoClock.offset(vdso.image());
    assertThat(offset).isPositive().isLessThan(vdso.image().length);
    NativeMemory time = NativeMemory.allocate(16);
    long before = System.nanoTime();
    assertThat((int) Libc.invoke(vdso.start() + offset, MONOTONIC, time.address())).isZero();
    ByteBuffer buffer = time.buffer();
    long now = buffer.getLong(0) * 1_000_000_000L + buffer.getLong(8);
    assertThat(now).isBetween(before, System.nanoTime());
  }

  @Test
  void shouldFindNothingWhenTheImageIsCutOff() throws Exception {
    byte[] image = own().image();
    for (int length = 0; length < image.length; length += 97) {
      byte[] piece = java.util.Arrays.copyOf(image, length);
      assertThat(VdsoClock.offset(piece)).isIn(0L, VdsoClock.offset(image));
    }
  }
}
