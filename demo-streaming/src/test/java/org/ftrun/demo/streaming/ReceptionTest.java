package org.ftrun.demo.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class ReceptionTest {
  private static final long MILLI = 1_000_000L;
  private static final long STALL = 200 * MILLI;

  @TempDir Path directory;
  private final Reception reception = new Reception("client");
  private Media media;
  private byte[] bytes;

  @BeforeEach
  void generate() throws Exception {
    media = Media.generate(directory.resolve("media"), 100_000, 7);
    bytes = Files.readAllBytes(media.file());
  }

  private void receive(int from, int to, long atMillis) {
    reception.add(ByteBuffer.wrap(bytes, from, to - from), atMillis * MILLI);
  }

  @Test
  void shouldBeIdenticalWhenAllBytesCameInOrder() {
    receive(0, 40_000, 0);
    receive(40_000, 100_000, 199);
    reception.end(null);
    Reception.Result result = reception.result(media, STALL);
    assertThat(result.identical()).isTrue();
    assertThat(result.failure()).isNull();
    assertThat(result.stalls()).isZero();
    assertThat(result.longestGapMillis()).isEqualTo(199);
    assertThat(result.bytes()).isEqualTo(100_000);
  }

  @Test
  void shouldEndByItselfWhenTheServerGoesOnBehindTheOriginal() {
    Reception live = new Reception("client", 100_000);
    live.add(ByteBuffer.wrap(bytes, 0, 99_999), 0);
    assertThat(live.hasEnded()).isFalse();
    live.add(ByteBuffer.wrap(new byte[] {bytes[99_999], 1, 2, 3}), MILLI);
    assertThat(live.hasEnded()).isTrue();
    live.add(ByteBuffer.wrap(new byte[100]), 2 * MILLI);
    Reception.Result result = live.result(media, STALL);
    assertThat(result.identical()).isTrue();
    assertThat(result.bytes()).isEqualTo(100_000);
    assertThat(result.failure()).isNull();
  }

  @Test
  void shouldCountStallsWhenNoByteCameForLong() {
    receive(0, 10, 0);
    receive(10, 20, 200);
    receive(20, 30, 300);
    receive(30, 100_000, 900);
    reception.end(null);
    assertThat(reception.result(media, STALL).stalls()).isEqualTo(2);
  }

  @Test
  void shouldDifferWhenBytesAreSwapped() {
    receive(50_000, 100_000, 0);
    receive(0, 50_000, 1);
    reception.end(null);
    Reception.Result result = reception.result(media, STALL);
    assertThat(result.identical()).isFalse();
    assertThat(result.failure()).contains("other bytes");
  }

  @Test
  void shouldFailWhenBytesAreMissing() {
    receive(0, 99_999, 0);
    reception.end(null);
    assertThat(reception.result(media, STALL).failure()).contains("length");
  }

  @Test
  void shouldKeepTheFirstReasonWhenItEndedEarly() {
    receive(0, 10, 0);
    assertThat(reception.hasEnded()).isFalse();
    reception.end("disconnected");
    reception.end(null);
    assertThat(reception.hasEnded()).isTrue();
    assertThat(reception.result(media, STALL).failure()).isEqualTo("disconnected");
  }

  @Test
  void shouldFailWhenItNeverEnded() {
    receive(0, 100_000, 0);
    assertThat(reception.result(media, STALL).failure()).isNotNull();
  }

  @Test
  void shouldGenerateTheSameMediaWhenTheSeedIsTheSame() throws Exception {
    Path again = directory.resolve("again");
    assertThat(Media.generate(again, 100_000, 7).sha256()).isEqualTo(media.sha256());
    assertThat(Media.generate(again, 100_000, 8).sha256()).isNotEqualTo(media.sha256());
    assertThat(again).hasSize(100_000);
  }
}
