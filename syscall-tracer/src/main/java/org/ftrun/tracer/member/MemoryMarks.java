package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that a clone does not copy as it is, by the VmFlags of /proc/PID/smaps (proc(5)): what is
 * marked by madvise(2) as DONTFORK is missing in the newborn, WIPEONFORK is zero, and no lock of
 * mlock(2) is inherited. A replica needs all of it.
 */
final class MemoryMarks {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryMarks.class);
  private static final int MLOCK_ONFAULT = 1;
  private static final int MADV_DONTFORK = 10;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS_FIXED = 0x2 | 0x20 | 0x10;
  private static final int SHARED = 0x1;
  private static final int PIECE = 1 << 20;

  /** One mapping with its marks; {@code populated}: some page of it has content. */
  record Marked(MappingsOf.Mapping mapping, Set<String> flags, boolean populated) {
    boolean isMissing() {
      return flags.contains("dc");
    }

    boolean isWiped() {
      return flags.contains("wf");
    }

    boolean isLocked() {
      return flags.contains("lo");
    }
  }

  private MemoryMarks() {}

  /** The marked mappings in the lines of an smaps file. */
  static List<Marked> parse(List<String> lines) {
    List<Marked> found = new ArrayList<>();
    MappingsOf.Mapping mapping = null;
    boolean populated = false;
    for (String line : lines) {
      if (line.startsWith("VmFlags:")) {
        Marked marked = new Marked(mapping, Set.of(line.substring(8).trim().split(" ")), populated);
        if (marked.isMissing() || marked.isWiped() || marked.isLocked()) {
          found.add(marked);
        }
      } else if (line.startsWith("Rss:") || line.startsWith("Swap:")) {
        populated |= !line.substring(line.indexOf(':') + 1).trim().startsWith("0 ");
      } else if (Character.digit(line.charAt(0), 16) >= 0 && line.indexOf('-') > 0) {
        mapping = MappingsOf.parse(line);
        populated = false;
      }
    }
    return found;
  }

  /**
   * Gives a newborn what its marked parent has.
   *
   * @param newborn stopped; its registers are changed
   * @param parent pid of the primary, which stands still
   * @throws IllegalStateException if that cannot be
   */
  static void inherit(MemberThread newborn, int parent) throws TraceeDiedException {
    PersonalState state = newborn.model().personal;
    if (!state.marksMemory) {
      return;
    }
    TraceeMemory memory = new TraceeMemory(parent);
    for (Marked marked : marksOf(parent)) {
      if (marked.isMissing()) {
        makeAgain(newborn, marked);
      }
      if ((marked.isMissing() || marked.isWiped()) && marked.populated()) {
        copy(newborn, memory, marked.mapping());
      }
      if (marked.isMissing()) {
        finish(newborn, marked);
      }
      if (marked.isLocked()) {
        lock(newborn, marked.mapping());
      }
    }
    if (state.lockFuture != 0) {
      warn("mlockall", newborn.inject(SyscallNumber.MLOCKALL, state.lockFuture));
    }
  }

  private static List<Marked> marksOf(int pid) {
    Path smaps = Path.of("/proc/" + pid + "/smaps");
    try {
      return parse(Files.readAllLines(smaps, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new IllegalStateException(smaps + " is not readable", e);
    }
  }

  private static void makeAgain(MemberThread newborn, Marked marked) throws TraceeDiedException {
    MappingsOf.Mapping mapping = marked.mapping();
    boolean shared = mapping.isShared();
    if (marked.flags().contains("io") || shared && !mapping.isSharedAnonymous()) {
      throw new IllegalStateException(
          "the service has memory that no child inherits and that cannot be copied: "
              + mapping.name());
    }
    int flags = shared ? PRIVATE_ANONYMOUS_FIXED ^ 2 | SHARED : PRIVATE_ANONYMOUS_FIXED;
    long length = mapping.end() - mapping.start();
    long result =
        newborn.inject(SyscallNumber.MMAP, mapping.start(), length, READ_WRITE, flags, -1, 0);
    if (result != mapping.start()) {
      throw new IllegalStateException("memory cannot be mapped anew: errno " + -result);
    }
  }

  private static void finish(MemberThread newborn, Marked marked) throws TraceeDiedException {
    MappingsOf.Mapping mapping = marked.mapping();
    long length = mapping.end() - mapping.start();
    int protection = mapping.permissions().charAt(0) == 'r' ? 1 : 0;
    protection |= mapping.isWritable() ? 2 : 0;
    protection |= mapping.isExecutable() ? 4 : 0;
    if (newborn.inject(SyscallNumber.MPROTECT, mapping.start(), length, protection) != 0
        || newborn.inject(SyscallNumber.MADVISE, mapping.start(), length, MADV_DONTFORK) != 0) {
      throw new IllegalStateException("memory that no child inherits cannot be made again");
    }
  }

  private static void copy(MemberThread newborn, TraceeMemory parent, MappingsOf.Mapping mapping) {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.nativeOrder());
    for (long at = mapping.start(); at < mapping.end(); at += PIECE) {
      piece.clear().limit((int) Math.min(PIECE, mapping.end() - at));
      TraceeAddress address = new TraceeAddress(at);
      if (parent.read(address, piece) != piece.remaining()
          || newborn.tracee.memory().write(address, piece) != piece.remaining()) {
        throw new IllegalStateException(
            "the service protects memory that no child inherits, at " + address);
      }
    }
  }

  /** Without faulting pages in: the primary stands still meanwhile. */
  private static void lock(MemberThread newborn, MappingsOf.Mapping mapping)
      throws TraceeDiedException {
    long length = mapping.end() - mapping.start();
    warn("mlock", newborn.inject(SyscallNumber.MLOCK2, mapping.start(), length, MLOCK_ONFAULT));
  }

  private static void warn(String what, long result) {
    if (result != 0) {
      LOG.warn("the replica's memory is not locked as the service's is ({}: {})", what, result);
    }
  }
}
