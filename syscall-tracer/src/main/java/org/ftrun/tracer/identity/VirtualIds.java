package org.ftrun.tracer.identity;

import java.util.HashMap;
import java.util.Map;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/**
 * The ids of a member's processes and threads, of the process groups and sessions that they lead,
 * as seen by one of the processes: the virtual ones, which the service sees and uses, and the real
 * ones, which the kernel knows. The virtual pid of the service's root process is ftrun's own, in
 * both members and over takeovers: to others ftrun is the service, and so it is to the service
 * itself. A further process of the service keeps the pid that it was born with. Other processes
 * have one and the same id (see {@link IdMap} for the exception).
 *
 * <p>All processes of a member share what is translated; each has an object of its own for what it
 * calls itself and its parent. A thread is registered by {@link #add} when it begins and by {@link
 * #remove} when it has ended; a main thread is there from the start, its virtual id is the
 * process's.
 */
public final class VirtualIds {
  private static final int NOBODY = 0;

  /** The parent of a process whose parent has ended. */
  private static final int INIT = 1;

  /** PID_MAX_LIMIT of linux/threads.h: the kernel gives no such id. */
  private static final int ABOVE_REAL_IDS = 1 << 22;

  private static final int CLOCK_KIND_BITS = 3;
  private static final int CLOCK_KIND = 7;
  private static final int CLOCK_OF_DESCRIPTOR = 3;

  private final int pid;

  /** The virtual pid of the process that bore this one, {@value #NOBODY} for the root. */
  private final int parent;

  private final OfMember member;

  /** What all processes of a member have in common. */
  private static final class OfMember {
    /** The real process that has the same virtual pid as the root: ftrun. */
    final int namesake;

    final IdMap threads;

    /** Real pids that processes had before takeovers, and their virtual ones. */
    final Map<Integer, Integer> former = new HashMap<>();

    /** Real pids of processes that were the member's and run natively now, by virtual ones. */
    final Map<Integer, Integer> left = new HashMap<>();

    final IdMap groups;
    final IdMap sessions;

    OfMember(int namesake, IdMap groups, IdMap sessions) {
      this.namesake = namesake;
      this.threads = new IdMap();
      this.groups = groups;
      this.sessions = sessions;
    }
  }

  /**
   * Ids of a process that leads no group of its own.
   *
   * @param virtualPid as the service is to know it
   * @param realPid as the kernel knows it
   */
  public VirtualIds(int virtualPid, int realPid) {
    this(virtualPid, realPid, NOBODY, new OfMember(NOBODY, new IdMap(), new IdMap()));
  }

  private VirtualIds(int virtualPid, int realPid, int parent, OfMember member) {
    this.pid = virtualPid;
    this.parent = parent;
    this.member = member;
    member.threads.put(virtualPid, realPid);
  }

  /** Ids of the service's root process: its virtual pid is that of ftrun, the calling process. */
  public static VirtualIds ofRoot(int realPid) {
    int ftrun = (int) Libc.call(SyscallNumber.GETPID);
    return new VirtualIds(ftrun, realPid, NOBODY, new OfMember(ftrun, new IdMap(), new IdMap()));
  }

  /**
   * Ids of a clone of the root process, the first one of another member: it is in the same group
   * and session, and has only its main thread as yet.
   */
  public VirtualIds ofClone(int realPid) {
    OfMember other =
        new OfMember(member.namesake, new IdMap(member.groups), new IdMap(member.sessions));
    other.former.putAll(member.former);
    other.left.putAll(member.left);
    other.left.forEach(other.threads::put);
    return new VirtualIds(pid, realPid, parent, other);
  }

  /** Ids of a process that this one has borne, which is of the same member. */
  public VirtualIds ofChild(int virtualPid, int realPid) {
    return ofProcess(virtualPid, realPid, pid);
  }

  /** Ids of another process of the same member, which one with the virtual pid parent bore. */
  public VirtualIds ofProcess(int virtualPid, int realPid, int parentPid) {
    return new VirtualIds(virtualPid, realPid, parentPid, member);
  }

  /**
   * The process stands in for one that has died. Sockets and messages of that one's time still name
   * it by its real pid.
   */
  public void succeed(int deadPid) {
    member.former.put(deadPid, pid);
  }

  /** Whether the process is the first one of the service. */
  public boolean isRoot() {
    return parent == NOBODY;
  }

  /** The virtual pid of the process that bore this one, 0 for the root. */
  public int parentPid() {
    return parent;
  }

  /** The virtual pid of the process, which is its main thread's virtual id as well. */
  public int pid() {
    return pid;
  }

  /**
   * A thread or process of the service has begun in this member.
   *
   * @throws IllegalStateException if the real id is known by another virtual one
   */
  public void add(int virtualId, int realId) {
    member.threads.put(virtualId, realId);
  }

  /**
   * The virtual id of a thread that is born: the real one, unless the service knows another thread
   * by it.
   */
  public int free(int realId) {
    int id = realId;
    for (int above = ABOVE_REAL_IDS; member.threads.hasVirtual(id); above++) {
      id = above;
    }
    return id;
  }

  /** A thread or process of the service is gone from this member. */
  public void remove(int virtualId) {
    member.threads.remove(virtualId);
  }

  /**
   * A process of the service runs natively from now on, which the service knows as before.
   *
   * @param realId as the kernel knows it, whichever member it was of
   */
  public void leave(int virtualId, int realId) {
    member.threads.put(virtualId, realId);
    member.left.put(virtualId, realId);
  }

  /** The service has waited for a child; nothing changes if that has always been native. */
  public void forgetLeft(int virtualId) {
    if (member.left.remove(virtualId) != null) {
      member.threads.remove(virtualId);
    }
  }

  /** Whether the service calls itself so, or one of its threads, or another process of its own. */
  public boolean isOwn(int virtualId) {
    return virtualId == pid || member.threads.hasVirtual(virtualId);
  }

  /** What the kernel calls the thread or process that the service calls so. */
  public int real(int virtualId) {
    int real = member.threads.real(virtualId);
    return real == member.namesake ? virtualId : real;
  }

  /**
   * What the kernel calls the clock that the service calls so: a negative one may be that of a
   * process or thread (clock_getcpuclockid(3); posix-timers.h of the kernel has the layout).
   */
  public int realClock(int clock) {
    boolean ofDescriptor = (clock & CLOCK_KIND) == CLOCK_OF_DESCRIPTOR;
    int id = ~(clock >> CLOCK_KIND_BITS);
    boolean named = clock < 0 && !ofDescriptor && id != NOBODY;
    return named ? ~real(id) << CLOCK_KIND_BITS | clock & CLOCK_KIND : clock;
  }

  /** What the service calls the thread or process that the kernel calls so. */
  public int virtual(int realId) {
    if (realId == member.namesake) {
      return realId;
    }
    Integer former = member.threads.hasReal(realId) ? null : member.former.get(realId);
    return former == null ? member.threads.virtual(realId) : former;
  }

  /**
   * What the service calls its parent: that of ftrun, while ftrun is the root's real one. Of a
   * further process ftrun is the real parent after a takeover, and when its own has ended.
   */
  public int parent(int realParent) {
    boolean ftrun = realParent == member.namesake && member.namesake != NOBODY;
    if (!ftrun) {
      return virtual(realParent);
    }
    if (isRoot()) {
      return (int) Libc.call(SyscallNumber.GETPPID);
    }
    return member.threads.hasVirtual(parent) ? parent : INIT;
  }

  /** What the service calls its parent, as far as ftrun can tell without the kernel. */
  public int parent() {
    return parent(isRoot() ? pid : member.namesake);
  }

  /**
   * The process has become the leader of a group of its own.
   *
   * @param realGroup as the kernel knows it
   */
  public void leadGroup(int realGroup) {
    member.groups.put(pid, realGroup);
  }

  /** The process is in a group that it does not lead. */
  public void leaveGroup() {
    member.groups.remove(pid);
  }

  /**
   * The process has become the leader of a session, and so of a group, of its own.
   *
   * @param realSession as the kernel knows it
   */
  public void leadSession(int realSession) {
    member.sessions.put(pid, realSession);
    leadGroup(realSession);
  }

  /** As {@link #real}, of a process group. */
  public int realGroup(int virtualGroup) {
    return member.groups.real(virtualGroup);
  }

  /** As {@link #virtual}, of a process group. */
  public int virtualGroup(int realGroup) {
    return member.groups.virtual(realGroup);
  }

  /** As {@link #virtual}, of a session. */
  public int virtualSession(int realSession) {
    return member.sessions.virtual(realSession);
  }
}
