package org.ftrun.tracer.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.TraceeAddress;

/** The loaded segments of an ELF file, as a process would see them before relocation. */
final class ElfImage implements CodeMemory {
  private static final int PT_LOAD = 1;
  private static final int PF_X = 1;

  /** A segment that is loaded to an address, from an offset of the file. */
  record Segment(long address, int offset, int bytes, boolean isExecutable) {}

  final ByteBuffer file;
  private final List<Segment> segments = new ArrayList<>();

  private ElfImage(ByteBuffer file, long base) {
    this.file = file;
    int header = (int) file.getLong(32);
    for (int i = 0; i < file.getShort(56); i++, header += 56) {
      if (file.getInt(header) == PT_LOAD) {
        segments.add(
            new Segment(
                base + file.getLong(header + 16),
                (int) file.getLong(header + 8),
                (int) file.getLong(header + 32),
                (file.getInt(header + 4) & PF_X) != 0));
      }
    }
  }

  /** The image with its lowest addresses moved by {@code base}. */
  static ElfImage of(Path path, long base) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    return new ElfImage(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), base);
  }

  FunctionTable functions() {
    return new FunctionTable(this, new TraceeAddress(segments.get(0).address()));
  }

  /** What {@link TimeStampReads} finds in all that is executable. */
  List<Long> timeStampReads(FunctionTable functions) {
    List<Long> found = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.isExecutable()) {
        long end = segment.address() + segment.bytes();
        TimeStampReads.in(this, segment.address(), end, functions, Integer.MAX_VALUE)
            .forEach(address -> found.add(address.value()));
      }
    }
    return found;
  }

  @Override
  public int read(TraceeAddress from, ByteBuffer into) {
    assertThat(into.isDirect()).isTrue();
    for (Segment segment : segments) {
      long within = from.value() - segment.address();
      if (within >= 0 && within < segment.bytes()) {
        int bytes = (int) Math.min(into.remaining(), segment.bytes() - within);
        into.put(into.position(), file, segment.offset() + (int) within, bytes);
        return bytes;
      }
    }
    return 0;
  }
}
