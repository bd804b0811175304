package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.ArgumentKind;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Paths that name the service's own processes and threads under /proc by their virtual ids: the
 * kernel gets them with the real ones. Only absolute paths are looked at.
 */
final class ProcPaths {
  private static final String PROC = "/proc/";

  /** Longer paths stay as they are: two have to fit into the scratch room. */
  private static final int MOST_BYTES = 1024;

  private static final int SCRATCH = 1024;

  private static final Pattern PROCESS =
      Pattern.compile("(/proc/)(?:(\\d{1,9})|self)(?:(/task/)(\\d{1,9}))?(?=/|$)");

  /** What a link is to contain is no path yet. */
  private static final Set<SyscallRow> CONTENTS =
      Set.of(SyscallTable.named("symlink"), SyscallTable.named("symlinkat"));

  private final MemberThread member;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(MOST_BYTES);

  ProcPaths(MemberThread member) {
    this.member = member;
  }

  void prepare(CallInFlight call) {
    if (CONTENTS.contains(call.row)) {
      return;
    }
    int room = SCRATCH;
    for (int i = 0; i < call.row.arguments().size(); i++) {
      if (call.row.arguments().get(i).kind() != ArgumentKind.PATH || call.arguments[i] == 0) {
        continue;
      }
      String path = read(call.arguments[i]);
      String real = path == null ? null : real(path, member.ids);
      if (real != null && room + MOST_BYTES <= 3 * SCRATCH) {
        TraceeAddress copy = member.room().scratch().plus(room);
        ByteBuffer text = ByteBuffer.allocateDirect(real.length() + 1);
        text.put(real.getBytes(StandardCharsets.ISO_8859_1)).rewind();
        if (member.tracee.memory().write(copy, text) == real.length() + 1) {
          call.asked[i] = copy.value();
        }
        room += MOST_BYTES;
      }
    }
  }

  /** The path at an address, or null if it is not under /proc, or too long, or not readable. */
  private String read(long address) {
    if (!PROC.equals(text(address, PROC.length()))) {
      return null;
    }
    int whole = (int) Math.min(MOST_BYTES - 16, 4096 - (address & 4095));
    String start = text(address, whole);
    if (start != null && start.indexOf('\0') < 0) {
      start = text(address, MOST_BYTES - 16);
    }
    int end = start == null ? -1 : start.indexOf('\0');
    return end < 0 ? null : start.substring(0, end);
  }

  private String text(long address, int length) {
    bytes.clear().limit(length);
    if (member.tracee.memory().read(new TraceeAddress(address), bytes) != length) {
      return null;
    }
    bytes.rewind();
    return StandardCharsets.ISO_8859_1.decode(bytes).toString();
  }

  /** The path with real ids, or null if it has none that is different. */
  static String real(String path, VirtualIds ids) {
    Matcher matcher = PROCESS.matcher(path);
    if (!matcher.lookingAt()) {
      return null;
    }
    String process = matcher.group(2) == null ? "self" : real(ids, matcher.group(2));
    String thread = matcher.group(4) == null ? "" : matcher.group(3) + real(ids, matcher.group(4));
    String real = matcher.group(1) + process + thread + path.substring(matcher.end());
    return real.equals(path) ? null : real;
  }

  private static String real(VirtualIds ids, String id) {
    int virtual = Integer.parseInt(id);
    return virtual == 0 ? id : Integer.toString(ids.real(virtual));
  }
}
