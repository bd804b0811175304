package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Calls that nothing but a signal can end before they have all the bytes that there are: reads of
 * regular files and of memory devices, and random bytes. The kernel leaves off in the middle of one
 * when its process is being killed (mm/filemap.c, fatal_signal_pending), of some also when a signal
 * waits (drivers/char/random.c, drivers/char/mem.c, signal_pending).
 */
final class FileReads {
  private static final int MEMORY_DEVICES = 1;
  private static final int FILE_TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int CHARACTER_DEVICE = 0020000;

  private static final SyscallRow GETRANDOM = SyscallTable.named("getrandom");
  private static final Set<SyscallRow> READS =
      Set.of(
          SyscallTable.named("read"),
          SyscallTable.named("pread64"),
          SyscallTable.named("readv"),
          SyscallTable.named("preadv"),
          SyscallTable.named("preadv2"));

  private FileReads() {}

  /** Whether a call may be one of them, as far as its number tells. */
  static boolean mayBe(SyscallRow row) {
    return row == GETRANDOM || READS.contains(row);
  }

  /** Whether a call that has returned is to be made again from the start: its bytes are random. */
  static boolean isToBeRepeated(CallInFlight call, long result) {
    return call.row == GETRANDOM && result >= 0 && result < call.arguments[1];
  }

  /**
   * Whether a call reads what is all there.
   *
   * @param pid a process that has the service's descriptors
   */
  static boolean isOne(CallInFlight call, int pid) {
    return READS.contains(call.row) && isFile(pid, call.arguments[0]);
  }

  /** Whether the kernel has all bytes of a descriptor at hand, or room for them: it is a file. */
  static boolean isFile(int pid, long descriptor) {
    Path file = Path.of("/proc/" + pid + "/fd/" + (int) descriptor);
    try {
      Map<String, Object> facts = Files.readAttributes(file, "unix:mode,rdev");
      int type = (Integer) facts.get("mode") & FILE_TYPE;
      long device = (Long) facts.get("rdev");
      return type == REGULAR || type == CHARACTER_DEVICE && device >>> 8 == MEMORY_DEVICES;
    } catch (IOException e) {
      return false; // closed, or the process is gone: then the call has failed or is made again
    }
  }
}
