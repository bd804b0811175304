package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * The child processes that a process has borne and not waited for, by the ids by which it knows
 * them. Both members keep it, by the same calls; only the count is for other threads too.
 */
final class Children {
  /** Options of wait4(2) and waitid(2). */
  static final int WNOHANG = 1;

  static final int WUNTRACED = 2;
  static final int WEXITED = 4;
  static final int WCONTINUED = 8;
  static final int WNOWAIT = 0x0100_0000;

  private static final int STOPPED = 0x7f;
  private static final int CONTINUED = 0xffff;
  private static final int LAST_CODE_OF_AN_END = 3;
  private static final int MANY = 1024;

  private final Set<Integer> pids = new LinkedHashSet<>();

  /** Those of them that are members, and follow the service over takeovers. */
  private final Set<Integer> members = new HashSet<>();

  /** How members have ended that have not been waited for: as waitid tells it in siginfo_t. */
  private final Map<Integer, byte[]> ends = new HashMap<>();

  private volatile int count;

  /** One has been borne. */
  void born(int pid) {
    pids.add(pid);
    if (pids.size() % MANY == 0) {
      // Of a service that ignores SIGCHLD, no wait tells of the end of its children.
      pids.removeIf(other -> !members.contains(other) && !Files.exists(Path.of("/proc/" + other)));
    }
    recount();
  }

  /** One has been borne that is a member. */
  void memberBorn(int pid) {
    members.add(pid);
    born(pid);
  }

  /**
   * One that was a member has ended.
   *
   * @param end how, as waitid(2) tells it in siginfo_t
   */
  void memberEnded(int pid, byte[] end) {
    if (pids.contains(pid)) {
      ends.put(pid, end);
    }
  }

  /** One that was a member runs natively from now on. */
  void leaves(int pid) {
    members.remove(pid);
    recount();
  }

  /** How a member has ended, null if it has not, or was waited for. */
  byte[] endOf(int pid) {
    return ends.get(pid);
  }

  /** Whether any of them is a member. */
  boolean hasMembers() {
    return !members.isEmpty();
  }

  boolean isMember(int pid) {
    return members.contains(pid);
  }

  /** One is no child of the service any more. */
  void forget(int pid) {
    pids.remove(pid);
    members.remove(pid);
    ends.remove(pid);
    recount();
  }

  /** A process that has just been born has none. */
  void clear() {
    pids.clear();
    members.clear();
    ends.clear();
    recount();
  }

  private void recount() {
    count = pids.size() - members.size();
  }

  /** A wait of the service has succeeded; what it brought is in the member's memory. */
  void waited(MemberThread member, CallInFlight call, long result) {
    int ended = ended(member, call, result);
    if (ended > 0) {
      forget(ended);
      member.ids.forgetLeft(ended);
    }
  }

  /** The child that a wait which has not failed has brought the end of, 0 if none. */
  static int ended(MemberThread member, CallInFlight call, long result) {
    if (call.row.number() == SyscallNumber.WAITID) {
      return endedById(member, call);
    }
    return result > 0 && isEnd(member, call) ? (int) result : 0;
  }

  private static boolean isEnd(MemberThread member, CallInFlight call) {
    int status = call.arguments[1] == 0 ? 0 : read(member, call.arguments[1], 0);
    boolean tellsMore = ((int) call.arguments[2] & (WUNTRACED | WCONTINUED)) != 0;
    boolean unknown = call.arguments[1] == 0 && tellsMore;
    return !unknown && (status & 0xff) != STOPPED && (status & 0xffff) != CONTINUED;
  }

  private static int endedById(MemberThread member, CallInFlight call) {
    if (call.arguments[2] == 0 || ((int) call.arguments[3] & WNOWAIT) != 0) {
      return 0;
    }
    int code = read(member, call.arguments[2], HeldSignals.CODE);
    int pid = read(member, call.arguments[2], HeldSignals.SENDER);
    return code > 0 && code <= LAST_CODE_OF_AN_END ? pid : 0;
  }

  private static int read(MemberThread member, long address, int offset) {
    ByteBuffer word = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    int length = member.tracee.memory().read(new TraceeAddress(address + offset), word);
    return length == 4 ? word.getInt(0) : 0;
  }

  List<Integer> all() {
    return List.copyOf(pids);
  }

  /** How many there are that run natively; any thread may ask. */
  int count() {
    return count;
  }

  void copyFrom(Children other) {
    clear();
    pids.addAll(other.pids);
    members.addAll(other.members);
    ends.putAll(other.ends);
    recount();
  }
}
