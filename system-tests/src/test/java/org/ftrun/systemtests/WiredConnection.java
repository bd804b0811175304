package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.Comparator;
import org.ftrun.shadow.LoopbackCapture;
import org.ftrun.shadow.Segment;

/**
 * A connection to a service as the wire shows it: the judge of what ftctl tells of it.
 *
 * @param capture has seen the connection from its begin
 * @param client the client's port
 * @param syn the client's first segment
 * @param answer the service's first segment
 */
record WiredConnection(LoopbackCapture capture, int client, Segment syn, Segment answer) {
  private static final long NUMBERS = 1L << 32;

  static WiredConnection of(LoopbackCapture capture, int client) {
    return new WiredConnection(
        capture,
        client,
        capture.await("SYN", one -> one.from() == client && one.has(LoopbackCapture.SYN)),
        capture.await("SYN-ACK", one -> one.to() == client && one.has(LoopbackCapture.SYN)));
  }

  /** Whether both positions are those after the last bytes that were sent. */
  boolean hasPositionsOf(Connection told) {
    return told.receivePosition() == positionAfter(syn)
        && told.sendPosition() == positionAfter(answer);
  }

  /** The number after the last byte that went the way of a connection's first segment. */
  private long positionAfter(Segment first) {
    return capture.captured().stream()
        .filter(one -> one.from() == first.from() && one.to() == first.to())
        .map(Segment::next)
        .max(Comparator.comparingLong(next -> (next - first.sequence() + NUMBERS) % NUMBERS))
        .orElseThrow();
  }

  /** Checks what does not change as long as the connection lives. */
  void assertIdentityOf(Connection told) {
    assertThat(told.initialReceiveSequence()).isEqualTo(syn.sequence());
    assertThat(told.initialSendSequence()).isEqualTo(answer.sequence());
    JsonObject options = new JsonObject();
    options.addProperty("maximumSegmentSize", syn.maximumSegmentSize());
    options.addProperty("windowScaling", answer.windowScale() >= 0);
    options.addProperty("sendWindowScale", syn.windowScale());
    options.addProperty("receiveWindowScale", answer.windowScale());
    options.addProperty("selectiveAcknowledgements", answer.selectiveAcknowledgements());
    options.addProperty("timestamps", answer.timestamps());
    assertThat(told.options()).hasToString(options.toString());
  }

  @Override
  public String toString() {
    return "from %d: received up to %d, sent up to %d"
        .formatted(client, positionAfter(syn), positionAfter(answer));
  }
}
