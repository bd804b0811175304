package org.ftrun.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writer and reader in two processes, as in the system, with rings small enough to wrap often. */
@Timeout(60)
class TwoProcessesTest {
  private static final long EVENTS = 3_000_000;

  private LogFile file;
  private EventLog log;
  private Process peer;

  @BeforeEach
  void makeLog() throws IOException {
    file = new LogFile();
    log = EventLog.create(file.channel(), new EventLogLayout(4096, 1 << 20), 1 << 16);
  }

  @AfterEach
  void endPeer() throws IOException, InterruptedException {
    if (peer != null) {
      peer.destroyForcibly();
      assertThat(peer.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    file.close();
  }

  @Test
  void shouldReadEveryEventWhenAnotherProcessWritesMillions() throws Exception {
    EventLogWriter writer = log.writer();
    writer.activate(Consumer.REPLICA);
    peer = LogPeer.start("read", file.path(), EVENTS);
    LogPeer.write(writer, EVENTS);
    String output = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output).isEqualTo("done\n");
    assertThat(peer.waitFor()).isZero();
    assertThat(log.consumerSequence(Consumer.REPLICA).get()).isEqualTo(EVENTS - 1);
  }

  @Test
  void shouldReadOnlyWholeEventsWhenTheWriterIsKilled() throws Exception {
    EventReader reader = log.reader(Consumer.REPLICA);
    peer = LogPeer.start("write", file.path(), Long.MAX_VALUE / 2);
    LogPeer.read(reader, 300_000);
    peer.destroyForcibly().waitFor();
    long rest = reader.lag();
    LogPeer.read(reader, rest);
    assertThat(reader.peek()).isNull();
    assertThat(reader.consumed()).isEqualTo(log.cursor().get());
    EventLogWriter next = log.writer();
    next.activate(Consumer.REPLICA);
    LogPeer.write(next, 100);
    LogPeer.read(reader, 100);
    assertThat(reader.peek()).isNull();
  }
}
