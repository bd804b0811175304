package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LocalStubTest {
  private final LocalStub stub = new LocalStub();

  @Test
  void shouldNeverGoBackWhenTheCounterIsRead() {
    long first = stub.timeStampCounter();
    long last = first;
    for (int i = 0; i < 10_000; i++) {
      long now = stub.timeStampCounter();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
    assertThat(last).isGreaterThan(first);
  }

  @Test
  void shouldNameTheVendorThatTheKernelNames() throws Exception {
    String vendor =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("vendor_id"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElseThrow();
    ByteBuffer answer = stub.cpuid(0, 0);
    ByteBuffer text = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    text.putInt(answer.getInt(4)).putInt(answer.getInt(12)).putInt(answer.getInt(8));

    assertThat(new String(text.array(), StandardCharsets.US_ASCII)).isEqualTo(vendor);
  }

  @Test
  void shouldPassTheSubleafOnWhenAsked() {
    int subleaf = 2; // leaf 0xd answers with the place of the AVX state there, with sizes at 0
    ByteBuffer answer = stub.cpuid(0xd, 0);
    int sizeOfAll = answer.getInt(8);
    answer = stub.cpuid(0xd, subleaf);
    assertThat(answer.getInt(0)).isEqualTo(256);
    assertThat(sizeOfAll).isGreaterThanOrEqualTo(answer.getInt(4) + 256);
  }
}
