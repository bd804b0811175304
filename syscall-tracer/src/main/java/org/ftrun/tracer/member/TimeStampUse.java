package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.code.CodeMemory;
import org.ftrun.tracer.code.FunctionTable;
import org.ftrun.tracer.code.TimeStampReads;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a process reads the time stamp counter by itself, so that rdtsc has to fault. It
 * has to when code appears that a program generates, or that it may write. Where the instruction
 * stands in a file's text, outside the libraries that are known not to let it matter, its page gets
 * a fence ({@link TimeStampFences}), and rdtsc has to fault once that is reached. Both members
 * decide alike, at the same calls and the same instruction.
 */
final class TimeStampUse {
  private static final SyscallRow PRCTL = SyscallTable.named("prctl");
  private static final Logger LOG = LoggerFactory.getLogger(TimeStampUse.class);
  private static final int PR_SET_TSC = 26;
  private static final int PR_TSC_SIGSEGV = 2;
  private static final int PR_SET_MDWE = 65;
  private static final int PROT_EXEC = 4;
  private static final int MAP_FIXED = 0x10;
  private static final int MREMAP_FIXED = 2;
  private static final int ELF_MAGIC = 0x464c457f;

  /** So many places are looked for in one mapping at most; fewer pages can have fences. */
  private static final int MOST_READS = 10_000;

  /** The loader times itself for LD_DEBUG only; libc and libcrypto do not use what they read. */
  private static final String[] HARMLESS = {
    "ld-linux", "ld-2", "libc.so", "libc-2", "libcrypto.so", "[vdso]", "[vsyscall]"
  };

  private TimeStampUse() {}

  /** Looks at a program before its first instruction; the registers are to be written after it. */
  static void atStart(MemberThread member) throws TraceeDiedException {
    member.model().timeStampTrapped = !isFenced(member, 0, Long.MAX_VALUE);
  }

  /** Looks at what a call has made executable; traps the counter from there on if need be. */
  static void afterCall(MemberThread member, CallInFlight call, long result)
      throws TraceeDiedException {
    SyscallRole role = call.resolution.role();
    boolean maps = role == SyscallRole.MMAP || role == SyscallRole.MPROTECT;
    if (!maps
        || result < 0 && result > -4096
        || (call.arguments[2] & PROT_EXEC) == 0
        || member.model().timeStampTrapped) {
      return;
    }
    long start = role == SyscallRole.MMAP ? result : call.arguments[0];
    if (!isFenced(member, start, call.arguments[1])) {
      trap(member);
    }
  }

  /** Pages with a fence are about to be replaced: it is simpler to do without them. */
  static void beforeCall(MemberThread member, CallInFlight call) throws TraceeDiedException {
    TimeStampFences fences = member.model().fences();
    if (fences.isEmpty()) {
      return;
    }
    long[] arguments = call.arguments;
    boolean touched;
    switch (call.resolution.role()) {
      case MMAP:
        touched = (arguments[3] & MAP_FIXED) != 0 && fences.touch(arguments[0], arguments[1]);
        break;
      case MREMAP:
        touched =
            fences.touch(arguments[0], arguments[1])
                || (arguments[3] & MREMAP_FIXED) != 0 && fences.touch(arguments[4], arguments[2]);
        break;
      case MUNMAP:
      case MPROTECT:
        touched = fences.touch(arguments[0], arguments[1]);
        break;
      default:
        // From then on a fence could not be lowered.
        touched = call.row == PRCTL && (int) arguments[0] == PR_SET_MDWE;
        break;
    }
    if (touched) {
      trap(member);
    }
  }

  /** Whether a fault is that of a fence. */
  static boolean isAtFence(MemberThread member, byte[] siginfo) {
    return member.model().fences().explain(siginfo, member.now.rip());
  }

  /**
   * The thread has come to a fence: from here on the counter is trapped.
   *
   * @param service its registers, with which it goes on
   */
  static void atFence(MemberThread member, Registers service) throws TraceeDiedException {
    LOG.debug("time stamps are trapped from 0x{} on", Long.toHexString(service.rip()));
    trap(member);
    member.tracee.writeRegisters(service);
    member.tracee.resume(0);
  }

  private static void trap(MemberThread member) throws TraceeDiedException {
    member.model().fences().lower(member);
    long result = member.inject(SyscallNumber.PRCTL, PR_SET_TSC, PR_TSC_SIGSEGV);
    if (result != 0) {
      throw new IllegalStateException("PR_SET_TSC: errno " + -result);
    }
    member.model().timeStampTrapped = true;
    member.model().clock = 0;
    member.fastPath.forgetClock();
  }

  /**
   * Puts fences into a region where they are needed.
   *
   * @return false if the counter has to be trapped
   */
  private static boolean isFenced(MemberThread member, long start, long bytes)
      throws TraceeDiedException {
    TreeSet<Long> pages = new TreeSet<>();
    List<MappingsOf.Mapping> mappings = MappingsOf.process(member.pid()).all();
    for (MappingsOf.Mapping mapping : mappings) {
      if (!mapping.overlaps(start, bytes)
          || !mapping.isExecutable()
          || isHarmless(member, mapping)) {
        continue;
      }
      if (mapping.inode() == 0 || mapping.isWritable()) {
        LOG.debug("time stamps are trapped: code at 0x{}", Long.toHexString(mapping.start()));
        return false;
      }
      List<TraceeAddress> reads = readsIn(member, mappings, mapping);
      reads.forEach(read -> pages.add(read.value() & -TimeStampFences.PAGE_BYTES));
      if (!reads.isEmpty()) {
        LOG.debug("{} may read time stamps, at {} places", mapping.name(), reads.size());
      }
    }
    return pages.isEmpty() || member.model().fences().raise(member, pages);
  }

  private static boolean isHarmless(MemberThread member, MappingsOf.Mapping mapping) {
    if (member.model().stub.holds(mapping.start())) {
      return true;
    }
    String file = mapping.name().substring(mapping.name().lastIndexOf('/') + 1);
    for (String harmless : HARMLESS) {
      if (file.startsWith(harmless)) {
        return true;
      }
    }
    return false;
  }

  private static List<TraceeAddress> readsIn(
      MemberThread member, List<MappingsOf.Mapping> mappings, MappingsOf.Mapping mapping) {
    CodeMemory memory = member.tracee.memory()::read;
    FunctionTable functions = null;
    for (MappingsOf.Mapping part : mappings) {
      if (part.start() <= mapping.start()
          && part.inode() == mapping.inode()
          && part.name().equals(mapping.name())
          && isHeader(member, part.start())) {
        functions = new FunctionTable(memory, new TraceeAddress(part.start()));
      }
    }
    return TimeStampReads.in(memory, mapping.start(), mapping.end(), functions, MOST_READS);
  }

  private static boolean isHeader(MemberThread member, long start) {
    ByteBuffer magic = MessageVectors.buffer(Integer.BYTES);
    return member.tracee.memory().read(new TraceeAddress(start), magic) == Integer.BYTES
        && magic.getInt(0) == ELF_MAGIC;
  }
}
