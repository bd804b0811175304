package org.ftrun.tracer.code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * The functions of a mapped ELF image, as its unwind tables name them: the search table of
 * PT_GNU_EH_FRAME and the entries of .eh_frame. Sources: elf(5); the Linux Standard Base, Core,
 * part "Exception Frames". Only the form that GNU and LLVM linkers write is known; an image with
 * another one, or with one that contradicts itself, has no functions.
 *
 * <pre>
 *   .eh_frame_hdr                              an FDE of .eh_frame
 *   0  version (1)                             0  length of what follows
 *   1  encodings 1b, 03, 3b                    4  distance to its CIE
 *   4  .eh_frame                               8  first byte, relative to this field
 *   8  entries                                 12 bytes of code
 *   12 entries by address: {first byte, FDE}, each 4 bytes relative to the header
 * </pre>
 */
public final class FunctionTable {
  private static final int ELF_HEADER = 64;
  private static final int ELF_MAGIC = 0x464c457f;
  private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
  private static final int PROGRAM_HEADERS_AT = 32;
  private static final int PROGRAM_HEADER_SIZE_AT = 54;
  private static final int PROGRAM_HEADERS_COUNT_AT = 56;
  private static final int PROGRAM_HEADER = 56;
  private static final int SEGMENT_OFFSET = 8;
  private static final int SEGMENT_ADDRESS = 16;
  private static final int SEGMENT_BYTES = 40;
  private static final int PT_LOAD = 1;
  private static final int PT_GNU_EH_FRAME = 0x6474e550;
  private static final int PAGE = 4096;

  private static final int ENCODINGS = 0x3b031b01;
  private static final int TABLE_AT = 12;
  private static final int ENTRY = 8;
  private static final int FDE = 16;
  private static final int FIRST_BYTE_AT = 8;

  private static final int MOST_SEGMENTS = 256;
  private static final int MOST_FUNCTIONS = 1 << 20;
  private static final int LONGEST_FUNCTION = 1 << 24;

  private final CodeMemory memory;
  private final long image;
  private boolean isRead;

  /** Address of .eh_frame_hdr in the process. */
  private long header;

  private int count;
  private ByteBuffer table;

  /** The bytes [start, end) of one function. */
  public record Function(long start, long end) {}

  /**
   * The table of the image whose first byte, that of the ELF header, is mapped at an address. It is
   * read when a function is first asked for.
   */
  public FunctionTable(CodeMemory memory, TraceeAddress image) {
    this.memory = memory;
    this.image = image.value();
  }

  /** The function that an address belongs to, or null if none is known. */
  public Function covering(TraceeAddress address) {
    if (!isRead) {
      isRead = true;
      readTable();
    }
    int entry = lastNotBehind(address.value());
    if (entry < 0) {
      return null;
    }
    Function function = described(entry);
    return function != null && address.value() < function.end() ? function : null;
  }

  /** The last entry that begins at an address or before; -1 if there is none. */
  private int lastNotBehind(long address) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (start(middle) <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private long start(int entry) {
    return header + table.getInt(entry * ENTRY);
  }

  /** The function of an entry, if its FDE says the same and it ends before the next one begins. */
  private Function described(int entry) {
    long start = start(entry);
    long at = header + table.getInt(entry * ENTRY + 4);
    ByteBuffer fde = read(at, FDE);
    if (fde == null) {
      return null;
    }
    long length = Integer.toUnsignedLong(fde.getInt(0));
    long bytes = Integer.toUnsignedLong(fde.getInt(12));
    boolean isFde = length >= FDE - 4 && length < 0xfffffff0L && fde.getInt(4) != 0;
    boolean agrees = at + FIRST_BYTE_AT + fde.getInt(FIRST_BYTE_AT) == start;
    if (!isFde || !agrees || bytes > LONGEST_FUNCTION) {
      return null;
    }
    boolean overlaps = entry + 1 < count && start(entry + 1) < start + bytes;
    return overlaps ? null : new Function(start, start + bytes);
  }

  private void readTable() {
    ByteBuffer elf = read(image, ELF_HEADER);
    if (elf == null
        || elf.getInt(0) != ELF_MAGIC
        || elf.getShort(4) != CLASS_64_LITTLE_ENDIAN
        || elf.getShort(PROGRAM_HEADER_SIZE_AT) != PROGRAM_HEADER) {
      return;
    }
    int segments = elf.getShort(PROGRAM_HEADERS_COUNT_AT);
    long offset = elf.getLong(PROGRAM_HEADERS_AT);
    if (segments > 0 && segments <= MOST_SEGMENTS && offset >= 0 && offset < PAGE) {
      ByteBuffer headers = read(image + offset, segments * PROGRAM_HEADER);
      if (headers != null) {
        findHeader(headers);
      }
    }
  }

  private void findHeader(ByteBuffer headers) {
    int frames = -1;
    int first = -1;
    for (int at = 0; at < headers.limit(); at += PROGRAM_HEADER) {
      int type = headers.getInt(at);
      if (type == PT_GNU_EH_FRAME) {
        frames = at;
      } else if (type == PT_LOAD && headers.getLong(at + SEGMENT_OFFSET) == 0 && first < 0) {
        first = at;
      }
    }
    if (frames >= 0 && first >= 0) {
      long moved = image - headers.getLong(first + SEGMENT_ADDRESS);
      header = moved + headers.getLong(frames + SEGMENT_ADDRESS);
      readEntries(headers.getLong(frames + SEGMENT_BYTES));
    }
  }

  private void readEntries(long headerBytes) {
    ByteBuffer fields = read(header, TABLE_AT);
    if (fields == null || fields.getInt(0) != ENCODINGS) {
      return;
    }
    int entries = fields.getInt(8);
    if (entries <= 0
        || entries > MOST_FUNCTIONS
        || TABLE_AT + (long) entries * ENTRY > headerBytes) {
      return;
    }
    table = read(header + TABLE_AT, entries * ENTRY);
    count = table == null ? 0 : entries;
  }

  /** Reads that many bytes; null if they are not all there. */
  private ByteBuffer read(long address, int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return memory.read(new TraceeAddress(address), buffer) == bytes ? buffer : null;
  }
}
