package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a process reads the time stamp counter by itself, so that rdtsc has to fault: an
 * executable mapping contains the instruction, outside the libraries that are known not to let it
 * matter, or is code that a program generates. Both members decide alike, at the same calls.
 */
final class TimeStampUse {
  private static final Logger LOG = LoggerFactory.getLogger(TimeStampUse.class);
  private static final int SYS_PRCTL = 157;
  private static final int PR_SET_TSC = 26;
  private static final int PR_TSC_SIGSEGV = 2;
  private static final int PROT_EXEC = 4;
  private static final int PIECE = 1 << 16;

  /** The loader times itself for LD_DEBUG only; libc and libcrypto do not use what they read. */
  private static final String[] HARMLESS = {
    "ld-linux", "ld-2", "libc.so", "libc-2", "libcrypto.so", "[vdso]", "[vsyscall]"
  };

  private TimeStampUse() {}

  /** Whether any executable mapping of the program reads the counter. */
  static boolean isFoundIn(Member member, MappingsOf mappings) {
    for (MappingsOf.Mapping mapping : mappings.all()) {
      boolean stub = mapping.start() == member.model().stub.base().value();
      if (mapping.isExecutable() && !stub && reads(member, mapping)) {
        return true;
      }
    }
    return false;
  }

  /** Looks at what a call has made executable; traps the counter from there on if need be. */
  static void afterCall(Member member, CallInFlight call, long result) throws TraceeDiedException {
    SyscallRole role = call.resolution.role();
    boolean maps = role == SyscallRole.MMAP || role == SyscallRole.MPROTECT;
    if (!maps
        || result < 0 && result > -4096
        || (call.arguments[2] & PROT_EXEC) == 0
        || member.model().timeStampTrapped) {
      return;
    }
    long start = role == SyscallRole.MMAP ? result : call.arguments[0];
    for (MappingsOf.Mapping mapping : MappingsOf.process(member.pid()).all()) {
      if (mapping.overlaps(start, call.arguments[1])
          && mapping.isExecutable()
          && reads(member, mapping)) {
        trap(member);
        return;
      }
    }
  }

  private static void trap(Member member) throws TraceeDiedException {
    long result = member.inject(SYS_PRCTL, PR_SET_TSC, PR_TSC_SIGSEGV);
    if (result != 0) {
      throw new IllegalStateException("PR_SET_TSC: errno " + -result);
    }
    member.model().timeStampTrapped = true;
  }

  private static boolean reads(Member member, MappingsOf.Mapping mapping) {
    String file = mapping.name().substring(mapping.name().lastIndexOf('/') + 1);
    for (String harmless : HARMLESS) {
      if (file.startsWith(harmless)) {
        return false;
      }
    }
    boolean generated = mapping.inode() == 0;
    boolean found = generated || contains(member, mapping);
    if (found) {
      LOG.debug("time stamps are trapped: {} at 0x{}", file, Long.toHexString(mapping.start()));
    }
    return found;
  }

  /** Whether 0f 31 or 0f 01 f9 stands anywhere in the mapping, instruction or not. */
  private static boolean contains(Member member, MappingsOf.Mapping mapping) {
    ByteBuffer code = ByteBuffer.allocateDirect(PIECE + 2).order(ByteOrder.nativeOrder());
    for (long at = mapping.start(); at < mapping.end(); at += PIECE) {
      code.clear().limit((int) Math.min(PIECE + 2, mapping.end() - at));
      int read = member.tracee.memory().read(new TraceeAddress(at), code);
      for (int i = 0; i < read - 1; i++) {
        if (code.get(i) == 0x0f
            && (code.get(i + 1) == 0x31
                || code.get(i + 1) == 0x01 && i + 2 < read && code.get(i + 2) == (byte) 0xf9)) {
          return true;
        }
      }
    }
    return false;
  }
}
