package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The functions of libc against those that objdump shows, and tables that are damaged. */
@Timeout(60)
class FunctionTableTest {
  private static final Path LIBC = Path.of("/usr/lib/x86_64-linux-gnu/libc.so.6");
  private static final Pattern FDE =
      Pattern.compile(" FDE .*pc=(\\p{XDigit}+)\\.\\.(\\p{XDigit}+)");
  private static final long BASE = 0x7f12_3450_0000L;
  private static final int PT_GNU_EH_FRAME = 0x6474e550;
  @TempDir Path directory;
  private ElfImage image;

  /** Where the program header of .eh_frame_hdr, and itself, stand in the file. */
  private int programHeader;

  private int frames;

  @BeforeEach
  void readLibrary() throws Exception {
    image = ElfImage.of(LIBC, BASE);
    ByteBuffer file = image.file;
    programHeader = (int) file.getLong(32);
    while (file.getInt(programHeader) != PT_GNU_EH_FRAME) {
      programHeader += 56;
    }
    frames = (int) file.getLong(programHeader + 8);
  }

  private static FunctionTable.Function covering(FunctionTable functions, long address) {
    return functions.covering(new TraceeAddress(address));
  }

  private List<FunctionTable.Function> expected() throws Exception {
    String text = HeaderProbe.run(directory, "objdump", "--dwarf=frames", LIBC.toString());
    List<FunctionTable.Function> expected = new ArrayList<>();
    for (Matcher matcher = FDE.matcher(text); matcher.find(); ) {
      long start = Long.parseLong(matcher.group(1), 16);
      long end = Long.parseLong(matcher.group(2), 16);
      expected.add(new FunctionTable.Function(BASE + start, BASE + end));
    }
    return expected;
  }

  /** The address of the first function of the table. */
  private long first() {
    long header = BASE + image.file.getLong(programHeader + 16);
    return header + image.file.getInt(frames + 12);
  }

  private void assertNoneWhen(Runnable damage) {
    assertThat(covering(image.functions(), first())).isNotNull();
    long first = first();
    damage.run();
    assertThat(covering(image.functions(), first)).isNull();
  }

  @Test
  void shouldKnowTheFunctionsThatObjdumpShows() throws Exception {
    FunctionTable functions = image.functions();
    List<FunctionTable.Function> expected = expected();
    assertThat(expected).hasSizeGreaterThan(1000);
    for (FunctionTable.Function function : expected) {
      assertThat(covering(functions, function.start())).isEqualTo(function);
      assertThat(covering(functions, function.end() - 1)).isEqualTo(function);
    }
    List<Long> starts = expected.stream().map(FunctionTable.Function::start).toList();
    for (FunctionTable.Function function : expected) {
      if (!starts.contains(function.end())) {
        assertThat(covering(functions, function.end())).isNull();
      }
    }
  }

  @Test
  void shouldKnowNoneOutside() {
    FunctionTable functions = image.functions();
    for (long address : new long[] {0, -1, BASE, first() - 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(covering(functions, address)).isNull();
    }
  }

  @Test
  void shouldReadTheTableOnceAndOnlyWhenAsked() {
    List<Integer> sizes = new ArrayList<>();
    CodeMemory counting =
        (from, into) -> {
          sizes.add(into.remaining());
          return image.read(from, into);
        };
    FunctionTable functions = new FunctionTable(counting, new TraceeAddress(BASE));
    assertThat(sizes).isEmpty();
    assertThat(covering(functions, first())).isNotNull();
    int before = sizes.size();
    assertThat(covering(functions, first())).isNotNull();
    assertThat(sizes.subList(before, sizes.size())).containsExactly(16);
  }

  @Test
  void shouldKnowNoneWhenImageIsNoElfFile() {
    assertNoneWhen(() -> image.file.put(0, (byte) 0));
  }

  @Test
  void shouldKnowNoneWhenImageIsOf32Bits() {
    assertNoneWhen(() -> image.file.put(4, (byte) 1));
  }

  @Test
  void shouldKnowNoneWhenProgramHeadersAreFarAway() {
    assertNoneWhen(() -> image.file.putLong(32, Long.MAX_VALUE));
  }

  @Test
  void shouldKnowNoneWhenThereAreNoSegments() {
    assertNoneWhen(() -> image.file.putShort(56, (short) 0));
  }

  @Test
  void shouldKnowNoneWhenSegmentsAreNegative() {
    assertNoneWhen(() -> image.file.putShort(56, (short) -1));
  }

  @Test
  void shouldKnowNoneWhenThereIsNoTable() {
    assertNoneWhen(() -> image.file.putInt(programHeader, 0));
  }

  @Test
  void shouldKnowNoneWhenTableIsElsewhere() {
    assertNoneWhen(() -> image.file.putLong(programHeader + 16, Long.MAX_VALUE));
  }

  @Test
  void shouldKnowNoneWhenVersionOrEncodingIsAnother() {
    for (int i = 0; i < 4; i++) {
      int at = frames + i;
      byte right = image.file.get(at);
      assertNoneWhen(() -> image.file.put(at, (byte) (right + 1)));
      image.file.put(at, right);
    }
  }

  @Test
  void shouldKnowNoneWhenCountIsNotPossible() {
    int right = image.file.getInt(frames + 8);
    for (int count : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, right + 1}) {
      assertNoneWhen(() -> image.file.putInt(frames + 8, count));
      image.file.putInt(frames + 8, right);
    }
  }

  @Test
  void shouldKnowNoneWhenEntryContradictsItsDescription() {
    int fde = frames + image.file.getInt(frames + 16);
    for (int field = 0; field < 16; field += 4) {
      int at = fde + field;
      int right = image.file.getInt(at);
      int wrong = field == 4 ? 0 : field == 8 ? right + 1 : -1;
      assertNoneWhen(() -> image.file.putInt(at, wrong));
      image.file.putInt(at, right);
    }
  }

  @Test
  void shouldKnowNoneWhenDescriptionIsNotReadable() {
    assertNoneWhen(() -> image.file.putInt(frames + 16, Integer.MIN_VALUE));
  }

  @Test
  void shouldKnowNoneWhenNextFunctionBeginsInside() {
    assertNoneWhen(() -> image.file.putInt(frames + 20, image.file.getInt(frames + 12) + 1));
  }

  @Test
  void shouldNeverThrowWhenBytesAreRandom() {
    Random random = new Random(20_261_122);
    long first = first();
    for (int round = 0; round < 2000; round++) {
      int at = round % 2 == 0 ? random.nextInt(64 + 56 * 16) : frames + random.nextInt(40);
      long right = image.file.getLong(at);
      image.file.putLong(at, random.nextLong());
      FunctionTable.Function function =
          covering(image.functions(), first + random.nextInt(1 << 20));
      assertThat(function == null || function.start() < function.end()).isTrue();
      image.file.putLong(at, right);
    }
    assertThat(covering(image.functions(), first)).isNotNull();
  }
}
