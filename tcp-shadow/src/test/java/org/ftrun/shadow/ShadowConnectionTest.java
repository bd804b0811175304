package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShadowConnectionTest {
  private static final long HIGHEST = 0xffff_ffffL;
  private static final int TIMESTAMPS_AND_SACK = 3;

  @Test
  void shouldWrapPositionsWhenTheNumbersReachTheEndOf32Bits() {
    ShadowConnection connection =
        connection(reading(HIGHEST - 9, HIGHEST, false), 9, 4L << 32, true);
    assertThat(connection.initialSendSequence()).isEqualTo(HIGHEST - 9);
    assertThat(connection.initialReceiveSequence()).isEqualTo(HIGHEST);
    assertThat(connection.sendPosition()).isEqualTo(HIGHEST - 8);
    assertThat(connection.receivePosition()).isEqualTo(9);
    ShadowConnection further = connection(reading(HIGHEST - 9, HIGHEST, false), 0, 10, true);
    assertThat(further.sendPosition()).isEqualTo(1);
    assertThat(further.receivePosition()).isEqualTo(0);
  }

  @Test
  void shouldKnowNoPositionsWhenBytesCannotBeTold() {
    ShadowConnection connection = connection(reading(1000, 2000, false), 9, 10, false);
    assertThat(connection.initialSendSequence()).isEqualTo(1000);
    assertThat(connection.sendPosition()).isEqualTo(-1);
    assertThat(connection.receivePosition()).isEqualTo(-1);
  }

  @Test
  void shouldTellOptionsWhenTheHandshakeIsDone() {
    assertThat(connection(reading(1000, 2000, false), 0, 0, true).options())
        .contains(new TcpOptions(1460, false, 0, 0, true, true));
    assertThat(connection(reading(1000, 0, true), 0, 0, true).options()).isEmpty();
  }

  private static ShadowConnection connection(
      ConnectionReading reading, long received, long sent, boolean countable) {
    return new ShadowConnection(
        7,
        ShadowState.ESTABLISHED,
        Opening.ACCEPTED,
        received,
        sent,
        false,
        false,
        countable,
        Optional.of(reading));
  }

  /** A reading of a connection without window scaling. */
  private static ConnectionReading reading(long initialSend, long initialReceive, boolean opening) {
    Endpoint end = new Endpoint(SocketAbi.AF_INET, "127.0.0.1", 6667, 0);
    KernelTcpState state = opening ? KernelTcpState.SYN_RECV : KernelTcpState.ESTABLISHED;
    TcpInfo info = new TcpInfo(state, TIMESTAMPS_AND_SACK, 0, 0, 1460, 1460, 0, 0, 0, 0, 0);
    RepairReading sequences =
        new RepairReading(
            opening,
            initialSend + 1,
            initialReceive + 1,
            initialSend + 1,
            initialReceive,
            1460,
            0,
            new RepairWindow(0, 0, 0, 0, 0));
    return new ConnectionReading(
        end, Optional.of(end), info, 0, 0, false, Optional.of(sequences), "");
  }
}
