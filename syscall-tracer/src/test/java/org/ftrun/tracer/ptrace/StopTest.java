package org.ftrun.tracer.ptrace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The encodings of wait(2) and ptrace(2), "Stopped states". */
@Timeout(10)
class StopTest {
  private static final int PID = 4711;

  @ParameterizedTest
  @CsvSource({
    "0x0000, EXITED, 0",
    "0xff00, EXITED, 0",
    "0x0009, KILLED, 9",
    "0x008b, KILLED, 11",
    "0x0040, KILLED, 64",
    "0x0a7f, SIGNAL, 10",
    "0x057f, SIGNAL, 5",
    "0x407f, SIGNAL, 64",
    "0x857f, SYSCALL, 0x85",
    "0x01057f, BIRTH, 5",
    "0x02057f, BIRTH, 5",
    "0x03057f, BIRTH, 5",
    "0x04057f, EXEC, 5",
    "0x06057f, EXITING, 5",
    "0x05057f, OTHER, 5",
    "0x07057f, OTHER, 5",
    "0x63057f, OTHER, 5",
    "0x80057f, TRAP, 5",
    "0x80137f, GROUP_STOP, 19",
    "0x80147f, GROUP_STOP, 20",
  })
  void shouldNameKindAndSignalWhenStatusIsDecoded(String status, StopKind kind, String signal) {
    Stop stop = new Stop().decode(PID, Integer.decode(status));

    assertThat(stop.pid()).isEqualTo(PID);
    assertThat(stop.kind()).isEqualTo(kind);
    assertThat(stop.signal()).isEqualTo(Integer.decode(signal));
  }

  @Test
  void shouldGiveExitStatusWhenProcessExited() {
    assertThat(new Stop().decode(PID, 0).exitStatus()).isZero();
    assertThat(new Stop().decode(PID, 255 << 8).exitStatus()).isEqualTo(255);
  }

  @Test
  void shouldForgetTheLastStopWhenReused() {
    Stop stop = new Stop().decode(PID, 0x0a7f);

    assertThat(stop.none().kind()).isEqualTo(StopKind.NONE);
    assertThat(stop.signal()).isZero();
    assertThat(stop.decode(PID, 9).kind()).isEqualTo(StopKind.KILLED);
    assertThat(stop.gone(PID).kind()).isEqualTo(StopKind.GONE);
    assertThat(stop.pid()).isEqualTo(PID);
    assertThat(stop.signal()).isZero();
    assertThat(stop).hasToString("GONE of 4711");
  }
}
