package org.ftrun.tracer.member;

import java.util.Arrays;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * Puts the files into a promoted member that it has had anonymous memory in place of. Before, they
 * get what it has in memory: the dead primary may have stored what its successor is yet to store.
 */
final class SharedFilesAgain {
  private static final int READ_WRITE = 3;
  private static final int PAGE_BYTES = 4096;
  private static final int PIECE = 1 << 20;

  private final MemberThread member;

  SharedFilesAgain(MemberThread member) {
    this.member = member;
  }

  /**
   * Does it; the process stands, its registers and scratch are changed.
   *
   * @throws IllegalStateException if it cannot be done
   */
  void map() throws TraceeDiedException {
    List<SharedFiles.Region> regions = member.model().sharedFiles().regions();
    if (regions.isEmpty()) {
      return;
    }
    List<MappingsOf.Mapping> before = MappingsOf.sharedOf(member.pid()).all();
    for (SharedFiles.Region region : regions) {
      byte[] behindEnd = writeBack(region);
      region.store().forgive();
      String refusal = region.store().mapInto(member, region);
      if (refusal != null) {
        throw new IllegalStateException(region.store().name + " " + refusal);
      }
      long end = region.start() + inFile(region);
      member.tracee.memory().writeBytes(new TraceeAddress(end), behindEnd);
      protect(region, before);
    }
  }

  /** How much of a region is within the file, bytes. */
  private static long inFile(SharedFiles.Region region) {
    long bytes = region.store().size() - region.offset();
    return Math.min(region.bytes(), Math.max(0, bytes));
  }

  /**
   * Writes to the file what is different in memory.
   *
   * @return what stands in memory behind the file's end, up to the end of that page, which no file
   *     has
   */
  private byte[] writeBack(SharedFiles.Region region) {
    long end = inFile(region);
    for (long done = 0; done < end; done += PIECE) {
      int length = (int) Math.min(PIECE, end - done);
      byte[] own = own(region, done, length);
      byte[] file = region.store().read(region.offset() + done, length);
      for (int page = 0; page < length; page += PAGE_BYTES) {
        int to = Math.min(length, page + PAGE_BYTES);
        if (!Arrays.equals(own, page, to, file, page, to)) {
          region.store().write(region.offset() + done + page, Arrays.copyOfRange(own, page, to));
        }
      }
    }
    return own(region, end, (int) (-end & PAGE_BYTES - 1));
  }

  private byte[] own(SharedFiles.Region region, long at, int length) {
    byte[] bytes =
        length == 0
            ? new byte[0]
            : member.tracee.memory().forceRead(new TraceeAddress(region.start() + at), length);
    if (bytes == null) {
      throw new IllegalStateException("the memory of " + region.store().name + " is not readable");
    }
    return bytes;
  }

  /** Gives the parts of a region the protection that they had. */
  private void protect(SharedFiles.Region region, List<MappingsOf.Mapping> before)
      throws TraceeDiedException {
    for (MappingsOf.Mapping mapping : before) {
      int protection = mapping.protection();
      if (region.touches(mapping.start(), mapping.end() - mapping.start())
          && protection != READ_WRITE) {
        long start = Math.max(region.start(), mapping.start());
        long end = Math.min(region.end(), mapping.end());
        long result = member.inject(SyscallNumber.MPROTECT, start, end - start, protection);
        if (result != 0) {
          throw new IllegalStateException(region.store().name + ": mprotect: errno " + -result);
        }
      }
    }
  }
}
