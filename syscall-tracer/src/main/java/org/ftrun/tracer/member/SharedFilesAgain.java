package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
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
  private static final int MAP_SHARED_FIXED = 0x1 | 0x10;
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
      writeBack(region);
      region.file().forgive();
      String refusal =
          new DescriptorMapping(member, region.file().descriptor())
              .map(region.start(), region.bytes(), READ_WRITE, MAP_SHARED_FIXED, region.offset());
      if (refusal != null) {
        throw new IllegalStateException(region.file().name + " " + refusal);
      }
      protect(region, before);
    }
  }

  private void writeBack(SharedFiles.Region region) {
    ByteBuffer inFile = ByteBuffer.allocate(PIECE);
    for (long done = 0; done < region.bytes(); done += PIECE) {
      int length = (int) Math.min(PIECE, region.bytes() - done);
      byte[] own =
          member.tracee.memory().forceRead(new TraceeAddress(region.start() + done), length);
      inFile.clear().limit(length);
      region.file().read(region.offset() + done, inFile);
      for (int page = 0; page < length; page += PAGE_BYTES) {
        ByteBuffer mine = ByteBuffer.wrap(own, page, PAGE_BYTES);
        if (!mine.equals(inFile.slice(page, PAGE_BYTES))) {
          byte[] bytes = new byte[PAGE_BYTES];
          mine.get(bytes);
          region.file().write(region.offset() + done + page, bytes);
        }
      }
    }
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
          throw new IllegalStateException(region.file().name + ": mprotect: errno " + -result);
        }
      }
    }
  }
}
