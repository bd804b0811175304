package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.TreeSet;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;

/**
 * Pages of text in which a program could read the time stamp counter, and that are not executable
 * until it does: most programs have such places in some library, and never come there. So the
 * counter need not be trapped, which would take the clocks of the vDSO from the stub. The first
 * fault in such a page ends that: all of them become executable again, and the counter is trapped.
 *
 * <p>The stub knows them too, for the case that the tracer dies (orphan.c).
 */
final class TimeStampFences {
  static final long PAGE_BYTES = 4096;

  /** Si_code of a SIGSEGV at a page that is mapped, but not so (sigaction(2)). */
  private static final int SEGV_ACCERR = 2;

  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int PROT_READ = 1;
  private static final int PROT_READ_EXEC = 5;
  private static final int LONGEST_INSTRUCTION = 15;

  private final TreeSet<Long> pages = new TreeSet<>();

  TimeStampFences copy() {
    TimeStampFences copy = new TimeStampFences();
    copy.pages.addAll(pages);
    return copy;
  }

  boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Takes the right to execute them from pages; the registers are to be written afterwards. It is
   * not done where it could not be undone: systemd's MemoryDenyWriteExecute, PR_SET_MDWE.
   *
   * @param more addresses of pages that are readable and executable, and no more
   * @return whether all pages have their fence; if not, none has
   */
  boolean raise(MemberThread member, TreeSet<Long> more) throws TraceeDiedException {
    if (pages.size() + more.size() > StubArea.MOST_FENCES || !canBeLowered(member)) {
      lower(member);
      return false;
    }
    pages.addAll(more);
    tellStub(member); // before the first of them can be hit: the tracer may die at any moment
    boolean raised = true;
    for (long page : more) {
      raised = raised && member.inject(SyscallNumber.MPROTECT, page, PAGE_BYTES, PROT_READ) == 0;
    }
    // With the personality READ_IMPLIES_EXEC, what can be read stays executable.
    raised = raised && !isAnyExecutable(member);
    if (!raised) {
      lower(member);
    }
    return raised;
  }

  /** Whether memory can become executable: where it must not, a fence would stay for ever. */
  private static boolean canBeLowered(MemberThread member) throws TraceeDiedException {
    long page =
        member.inject(SyscallNumber.MMAP, 0, PAGE_BYTES, PROT_READ, PRIVATE_ANONYMOUS, -1, 0);
    if (page < 0 && page > -PAGE_BYTES) {
      return false;
    }
    boolean can = member.inject(SyscallNumber.MPROTECT, page, PAGE_BYTES, PROT_READ_EXEC) == 0;
    member.inject(SyscallNumber.MUNMAP, page, PAGE_BYTES);
    return can;
  }

  private boolean isAnyExecutable(MemberThread member) {
    for (MappingsOf.Mapping mapping : MappingsOf.process(member.pid()).all()) {
      if (mapping.isExecutable()
          && mapping.start() >= 0
          && !pages.subSet(mapping.start(), mapping.end()).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Makes all of them executable again; the registers are to be written afterwards. */
  void lower(MemberThread member) throws TraceeDiedException {
    for (long page : pages) {
      long result = member.inject(SyscallNumber.MPROTECT, page, PAGE_BYTES, PROT_READ_EXEC);
      if (result != 0) {
        throw new IllegalStateException("mprotect: errno " + -result);
      }
    }
    pages.clear();
    tellStub(member);
  }

  /** Writes them into the stub's area. */
  void tellStub(MemberThread member) {
    ByteBuffer area =
        ByteBuffer.allocateDirect(StubArea.MOST_FENCES * Long.BYTES).order(ByteOrder.nativeOrder());
    pages.forEach(area::putLong);
    area.clear();
    for (MemberThread thread : member.threads().all()) {
      area.clear();
      member.tracee.memory().write(thread.room().area().plus(StubArea.FENCES), area);
    }
  }

  /** Whether a region has a page of them. */
  boolean touch(long start, long bytes) {
    Long page = pages.ceiling(start & -PAGE_BYTES);
    return page != null && Long.compareUnsigned(page, start + bytes) < 0;
  }

  /** Whether a SIGSEGV comes from the execution of an instruction that has a byte in one. */
  boolean explain(byte[] siginfo, long rip) {
    long address = HeldSignals.faultAddressOf(siginfo);
    return HeldSignals.codeOf(siginfo) == SEGV_ACCERR
        && pages.contains(address & -PAGE_BYTES)
        && address - rip >= 0
        && address - rip < LONGEST_INSTRUCTION;
  }
}
