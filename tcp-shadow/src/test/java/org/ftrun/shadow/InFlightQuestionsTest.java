package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls on real sockets, of which the log has some. */
@Timeout(60)
class InFlightQuestionsTest {
  private static final int PID = (int) ProcessHandle.current().pid();
  private static final int NO_DESCRIPTOR = 1_000;
  private static final int WRITE = SyscallTable.named("write").number();

  private final InFlightOracle oracle = new InFlightOracle();
  private final InFlightQuestions questions = new InFlightQuestions();
  private final ReadingQueue readings = new ReadingQueue(() -> 0);
  private final TcpShadow shadow = new TcpShadow(readings, 0, SyntheticLog.onlyRoot());

  private InFlightTransfer written(RawSocket socket) {
    long[] arguments = {socket.descriptor, 0, 100, 0, 0, 0};
    return oracle.transfer(PID, SyntheticLog.ROOT, WRITE, arguments).orElseThrow();
  }

  /** The shadow adopts the connection: it has all that was written so far. */
  private void adopt(RawSocket socket) {
    readings.stopped(PID, SyntheticLog.ROOT, socket.descriptor);
    new SyntheticLog(shadow).call("close", 0, NO_DESCRIPTOR);
  }

  @Test
  void shouldAgreeWhenTheResultIsWhatTheKernelTook() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      adopt(pair.accepted());
      pair.accepted().write("answer");
      questions.ask(20, written(pair.accepted()), 6);
      questions.answer(19, shadow);
      assertThat(questions.agreements()).as("before the shadow is there").isZero();
      questions.answer(20, shadow);
      assertThat(questions.agreements()).isEqualTo(1);
      questions.answer(21, shadow);
      assertThat(questions.agreements()).as("answered once").isEqualTo(1);
      assertThat(questions.disagreements()).isZero();
    }
  }

  @Test
  void shouldJudgeByTheCountersOfTheTimeWhenBytesFollow() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      adopt(pair.accepted());
      pair.accepted().write("answer");
      InFlightTransfer transfer = written(pair.accepted());
      pair.accepted().write("of the next primary");
      questions.ask(20, transfer, 6);
      questions.answer(30, shadow);
      assertThat(questions.agreements()).isEqualTo(1);
    }
  }

  @Test
  void shouldCountTheContradictionWhenTheResultIsAnother() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      adopt(pair.accepted());
      pair.accepted().write("answer");
      questions.ask(20, written(pair.accepted()), 0);
      questions.ask(20, written(pair.accepted()), 7);
      questions.answer(20, shadow);
      assertThat(questions.disagreements()).isEqualTo(2);
      assertThat(questions.agreements()).isZero();
    }
  }

  @Test
  void shouldCountNothingWhenNothingIsKnown() {
    try (RawSocket.Pair pair = RawSocket.Pair.of(SocketAbi.AF_INET)) {
      questions.ask(20, written(pair.accepted()), 6);
      questions.answer(20, shadow);
      adopt(pair.accepted());
      questions.ask(21, written(pair.accepted()), 6);
      questions.clear();
      questions.answer(22, shadow);
      assertThat(questions.agreements() + questions.disagreements()).isZero();
    }
  }
}
