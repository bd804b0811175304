package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.capture.ArgumentDigest;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallDigestTest {
  private static final SyscallRow WRITE = SyscallTable.named("write");

  /** A group that compares what is written. */
  private static final class FullGroup extends NoGroup {
    FullGroup() throws Exception {}

    @Override
    public boolean comparesWrittenBytes() {
      return true;
    }
  }

  private static long[] write(long address, long length) {
    return new long[] {1, address, length, 0, 0, 0};
  }

  @Test
  void shouldCoverMemoryOnlyWhenTheGroupComparesIt() throws Exception {
    try (FullGroup full = new FullGroup();
        NoGroup plain = new NoGroup();
        MemberOnChild on = new MemberOnChild()) {
      CallDigest digest = CallDigest.of(on.member, full);
      CallDigest ofArguments = CallDigest.of(on.member, plain);
      long[] arguments = write(on.room, 16);
      long before = digest.of(WRITE, arguments);
      on.put(8, 1);
      assertThat(digest.of(WRITE, arguments)).isNotEqualTo(before);
      assertThat(ofArguments.of(WRITE, arguments)).isEqualTo(ArgumentDigest.of(WRITE, arguments));
    }
  }

  @Test
  void shouldTellAProcessThatIsGoneFromABadAddress() throws Exception {
    try (FullGroup full = new FullGroup();
        MemberOnChild on = new MemberOnChild()) {
      CallDigest digest = CallDigest.of(on.member, full);
      long ofBadAddress = digest.of(WRITE, write(8, 16));
      assertThat(digest.of(WRITE, write(8, 16))).isEqualTo(ofBadAddress);
      on.child.signal(Signal.SIGKILL);
      on.child.tracee().await();
      assertThatThrownBy(() -> digest.of(WRITE, write(on.room, 16)))
          .isInstanceOf(TraceeDiedException.class);
    }
  }
}
