package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the vDSO's clock_gettime in a process: the service is not shown the vDSO, but the stub uses
 * it. The layout is that of an ELF shared object, elf(5).
 */
final class VdsoClock {
  private static final Logger LOG = LoggerFactory.getLogger(VdsoClock.class);
  private static final String NAME = "__vdso_clock_gettime";
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int DT_NULL = 0;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int SYMBOL_BYTES = 24;
  private static final int MOST_SYMBOLS = 1000;

  private final ByteBuffer image;

  private VdsoClock(byte[] image) {
    this.image = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The function's address, or 0 if there is none. Where the kernel's clock source cannot be read
   * without the kernel the function makes a system call itself, which {@link FastPath#isOfClock}
   * tells.
   */
  static long find(MemberThread member) throws TraceeDiedException {
    for (MappingsOf.Mapping mapping : MappingsOf.process(member.pid()).all()) {
      if (mapping.name().equals("[vdso]")) {
        int length = (int) (mapping.end() - mapping.start());
        byte[] image = member.tracee.memory().readBytes(new TraceeAddress(mapping.start()), length);
        long offset = new VdsoClock(image).offset();
        return offset == 0 ? 0 : mapping.start() + offset;
      }
    }
    return 0;
  }

  /** The function's offset in an image of the vDSO; 0 if it is not found. */
  static long offset(byte[] image) {
    return new VdsoClock(image).offset();
  }

  private long offset() {
    try {
      return search();
    } catch (IndexOutOfBoundsException e) {
      LOG.warn("the vDSO is not understood: clocks are read by system calls");
      return 0;
    }
  }

  private long search() {
    int headers = (int) image.getLong(32);
    int count = image.getShort(56);
    long base = 0;
    int dynamic = 0;
    for (int i = 0; i < count; i++) {
      int header = headers + 56 * i;
      if (image.getInt(header) == PT_LOAD) {
        base = image.getLong(header + 16) - image.getLong(header + 8);
      } else if (image.getInt(header) == PT_DYNAMIC) {
        dynamic = (int) image.getLong(header + 8);
      }
    }
    int strings = 0;
    int symbols = 0;
    int hash = 0;
    for (int at = dynamic; image.getLong(at) != DT_NULL; at += 16) {
      int value = (int) (image.getLong(at + 8) - base);
      switch ((int) image.getLong(at)) {
        case DT_STRTAB -> strings = value;
        case DT_SYMTAB -> symbols = value;
        case DT_HASH -> hash = value;
        default -> {}
      }
    }
    // Without the old hash table the symbols' number is not told: they end where the strings begin.
    int number = hash != 0 ? image.getInt(hash + 4) : (strings - symbols) / SYMBOL_BYTES;
    for (int i = 1; i < Math.min(number, MOST_SYMBOLS); i++) {
      int symbol = symbols + SYMBOL_BYTES * i;
      if (isNamed(strings + image.getInt(symbol))) {
        return image.getLong(symbol + 8) - base;
      }
    }
    return 0;
  }

  private boolean isNamed(int at) {
    byte[] name = (NAME + "\0").getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < name.length; i++) {
      if (at + i >= image.limit() || image.get(at + i) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
