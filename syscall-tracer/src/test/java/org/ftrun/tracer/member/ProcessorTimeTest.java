package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.ptrace.TracedChild;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread's processor time grows while it computes, and only then. */
@Timeout(60)
class ProcessorTimeTest {

  @Test
  void shouldGrowWhenTheThreadComputes() throws Exception {
    try (TracedChild child = TracedChild.busy(MemberOnChild.TRACE_SYSGOOD)) {
      while (ProcessorTime.ofThread(child.pid(), child.pid()) < 3 * ProcessorTime.STEP_MILLIS) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void shouldStayWhenTheThreadIsStopped() throws Exception {
    try (TracedChild child = TracedChild.busy(MemberOnChild.TRACE_SYSGOOD)) {
      child.stop();
      long stopped = ProcessorTime.ofThread(child.pid(), child.pid());
      try (TracedChild other = TracedChild.busy(MemberOnChild.TRACE_SYSGOOD)) {
        while (ProcessorTime.ofThread(other.pid(), other.pid()) < 3 * ProcessorTime.STEP_MILLIS) {
          Thread.onSpinWait();
        }
      }
      assertThat(ProcessorTime.ofThread(child.pid(), child.pid())).isEqualTo(stopped);
    }
  }

  @Test
  void shouldBeNothingWhenThereIsNoSuchThread() {
    assertThat(ProcessorTime.ofThread(1, Integer.MAX_VALUE)).isZero();
  }
}
