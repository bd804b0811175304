package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.abi.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time-outs in a real child's memory; what has passed is at least 1.5 s in each test. */
@Timeout(60)
class TimeLeftTest {
  private static final long NANOS = 1_000_000_000L;
  private static final long PASSED = 3 * NANOS / 2;

  private MemberOnChild on;
  private TimeLeft timeLeft;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    timeLeft = new TimeLeft(on.member);
  }

  @AfterEach
  void end() {
    on.close();
  }

  @Test
  void shouldCutMilliseconds() {
    CallInFlight call = begun("poll", 0, 0, 60_000);
    timeLeft.cut(call);
    long most = 60_000 - PASSED / 1_000_000;
    assertThat(call.asked[2]).isBetween(60_000 - passedSince(call) / 1_000_000, most);
    assertThat(call.arguments[2]).isEqualTo(60_000);
  }

  @Test
  void shouldAskForNothingMoreWhenAllHasPassed() throws Exception {
    CallInFlight call = begun("epoll_wait", 3, 0, 1, 1000);
    timeLeft.cut(call);
    assertThat(call.asked[3]).isZero();

    call = begun("ppoll", 0, 0, on.put(0, 1, 400_000_000).room, 0, 8);
    timeLeft.cut(call);
    assertThat(on.get(call.asked[2], 2)).containsExactly(0, 0);
  }

  @Test
  void shouldLeaveZeroAndForEverAsTheyAre() {
    for (long millis : new long[] {0, -1, 0xffff_ffffL, 0xffff_fffeL}) {
      CallInFlight call = begun("poll", 0, 0, millis);
      timeLeft.cut(call);
      assertThat(call.asked[2]).isEqualTo(millis);
    }
    CallInFlight call = begun("ppoll", 0, 0, 0, 0, 8);
    timeLeft.cut(call);
    assertThat(call.asked[2]).isZero();
  }

  @Test
  void shouldLeaveStructuresThatTheKernelRefuses() {
    for (long address : new long[] {on.put(0, -1, 5).room, 16}) {
      CallInFlight call = begun("ppoll", 0, 0, address, 0, 8);
      timeLeft.cut(call);
      assertThat(call.asked[2]).isEqualTo(address);
    }
    CallInFlight call = begun("ppoll", 0, 0, on.put(0, Long.MAX_VALUE, 0).room, 0, 8);
    timeLeft.cut(call);
    assertThat(call.asked[2]).as("for ever, in effect").isEqualTo(on.room);
  }

  @Test
  void shouldCutTimespecInACopy() throws Exception {
    CallInFlight call = begun("epoll_pwait2", 3, 0, 1, on.put(0, 100, 5).room, 0, 8);
    timeLeft.cut(call);
    assertThat(call.asked[3]).isNotEqualTo(on.room);
    long[] left = on.get(call.asked[3], 2);
    assertThat(left[1]).isBetween(0L, NANOS - 1);
    long whole = 100 * NANOS + 5;
    assertThat(left[0] * NANOS + left[1]).isBetween(whole - passedSince(call), whole - PASSED);
    assertThat(on.get(on.room, 2)).containsExactly(100, 5);
  }

  @Test
  void shouldCutTimevalInACopy() throws Exception {
    CallInFlight call = begun("select", 0, 0, 0, 0, on.put(0, 100, 7).room);
    timeLeft.cut(call);
    long[] left = on.get(call.asked[4], 2);
    assertThat(left[1]).isBetween(0L, 999_999L);
    long whole = 100_000_007;
    assertThat(left[0] * 1_000_000 + left[1])
        .isBetween(whole - passedSince(call) / 1000 - 1, whole - PASSED / 1000);
  }

  @Test
  void shouldWriteBackWhatTheKernelHasWrittenWhenACallReturned() throws Exception {
    CallInFlight call = begun("recvmmsg", 3, 0, 2, 0, on.put(0, 100, 5).room);
    timeLeft.cut(call);
    timeLeft.writeBack(call, -Errno.EAGAIN);
    assertThat(on.get(on.room, 2)).as("of no message").containsExactly(100, 5);
    timeLeft.writeBack(call, 1);
    assertThat(on.get(on.room, 2)).isEqualTo(on.get(call.asked[4], 2));
    assertThat(on.get(on.room, 1)[0]).isLessThan(100);
  }

  @Test
  void shouldDoNothingWhenACallHasNoTimeout() {
    CallInFlight call = begun("read", 3, on.room, 10);
    timeLeft.cut(call);
    assertThat(call.asked).isEqualTo(call.arguments);
  }

  private static CallInFlight begun(String name, long... arguments) {
    CallInFlight call = MemberOnChild.call(name, arguments);
    call.began(System.nanoTime() - PASSED);
    return call;
  }

  private static long passedSince(CallInFlight call) {
    return System.nanoTime() - call.began;
  }
}
