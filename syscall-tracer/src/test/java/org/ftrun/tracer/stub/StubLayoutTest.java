package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StubLayoutTest {
  private final byte[] image = StubLayout.image();

  @Test
  void shouldHaveACallAndATrapAtExecute() {
    assertThat(image[StubLayout.EXECUTE]).isEqualTo((byte) 0x0f);
    assertThat(image[StubLayout.EXECUTE + 1]).isEqualTo((byte) 0x05);
    assertThat(image[StubLayout.EXECUTED]).isEqualTo((byte) 0xcc);
    assertThat(StubLayout.TRAPPED).isEqualTo(StubLayout.EXECUTED + 1);
  }

  @Test
  void shouldTrapTheParentBehindABirth() {
    assertThat(image[StubLayout.BIRTH]).isEqualTo((byte) 0x0f);
    assertThat(image[StubLayout.BIRTH + 1]).isEqualTo((byte) 0x05);
    assertThat(StubLayout.BORN).isEqualTo(StubLayout.BIRTH + 2);
    assertThat(image[StubLayout.BIRTH_TRAPPED - 1]).isEqualTo((byte) 0xcc);
  }

  @Test
  void shouldFitItsPage() {
    assertThat(image.length).isBetween(StubLayout.CPUID, StubLayout.TEXT_BYTES);
  }

  @Test
  void shouldHaveTheOffsetsOfTheHeader() throws IOException {
    Map<String, Integer> defined = new TreeMap<>();
    Matcher line =
        Pattern.compile("#define STUB_(\\w+) (\\d+)")
            .matcher(Files.readString(Path.of("src/main/c/stub.h")));
    while (line.find()) {
      defined.put(line.group(1), Integer.parseInt(line.group(2)));
    }
    assertThat(defined)
        .containsEntry("EXECUTE", StubLayout.EXECUTE)
        .containsEntry("BIRTH", StubLayout.BIRTH)
        .containsEntry("RDTSC", StubLayout.RDTSC)
        .containsEntry("CPUID", StubLayout.CPUID);
  }

  @Test
  void shouldReadTheProcessorsClockAndName() throws IOException {
    LocalStub stub = new LocalStub();
    long first = stub.timeStampCounter();
    assertThat(stub.timeStampCounter()).isGreaterThanOrEqualTo(first);
    byte[] vendor = new byte[12];
    java.nio.ByteBuffer answer = stub.cpuid(0, 0);
    answer.get(4, vendor, 0, 4);
    answer.get(12, vendor, 4, 4);
    answer.get(8, vendor, 8, 4);
    String name = new String(vendor, java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(Files.readString(Path.of("/proc/cpuinfo"))).contains(name);
  }
}
