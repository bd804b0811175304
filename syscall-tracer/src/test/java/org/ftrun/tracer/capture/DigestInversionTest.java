package org.ftrun.tracer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DigestInversionTest {
  private static final SyscallRow SENDTO = SyscallTable.named("sendto");
  private static final long[] ARGUMENTS = {7, 0x7fff_1234_5678L, 3000, 0x4000, 0, 0};

  private static long[] found(SyscallRow row, long[] arguments, long[] near) {
    int described = row.descriptorArgument();
    int descriptor = described < 0 ? -1 : (int) arguments[described];
    return DigestInversion.arguments(row, ArgumentDigest.of(row, arguments), descriptor, near);
  }

  @Test
  void shouldFindEachArgumentWhenItIsTheOnlyOneThatDiffers() {
    Random random = new Random(1);
    for (int i = 0; i < SENDTO.arguments().size(); i++) {
      for (int round = 0; round < 100; round++) {
        long[] near = ARGUMENTS.clone();
        near[i] = random.nextInt(Integer.MAX_VALUE);
        assertThat(found(SENDTO, ARGUMENTS, near)).as("argument %d", i).isEqualTo(ARGUMENTS);
      }
    }
  }

  @Test
  void shouldFindAnotherOneWhenTheDescriptorDiffersToo() {
    long[] near = ARGUMENTS.clone();
    near[0] = 8;
    near[2] = 3001;
    assertThat(found(SENDTO, ARGUMENTS, near)).isEqualTo(ARGUMENTS);
  }

  @Test
  void shouldFindNothingWhenTwoOthersDiffer() {
    long[] near = ARGUMENTS.clone();
    near[1] += 1;
    near[2] += 1;
    assertThat(found(SENDTO, ARGUMENTS, near)).isNull();
  }

  @Test
  void shouldTakeTheRegistersWhenOnlyTheNumberDiffers() {
    SyscallRow getppid = SyscallTable.named("getppid");
    assertThat(found(getppid, ARGUMENTS, ARGUMENTS)).isEqualTo(ARGUMENTS);
  }

  @Test
  void shouldFindASmallNegativeArgument() {
    SyscallRow lseek = SyscallTable.named("lseek");
    long[] arguments = {7, -5, 2, 0, 0, 0};
    assertThat(found(lseek, arguments, new long[] {7, 5, 2, 0, 0, 0})).isEqualTo(arguments);
  }
}
