package org.ftrun.tracer.identity;

import java.util.HashSet;
import java.util.Set;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;

/**
 * The ids of one member's process and threads, of the process group and session that it leads: the
 * virtual ones, which the service sees and uses, and the real ones, which the kernel knows. The
 * virtual pid of the service is ftrun's own, in both members and over takeovers: to others ftrun is
 * the service, and so it is to the service itself. Other processes have one and the same id (see
 * {@link IdMap} for the exception).
 *
 * <p>A thread is registered by {@link #add} when it begins and by {@link #remove} when it has
 * ended; the main thread is there from the start, its virtual id is the process's.
 */
public final class VirtualIds {
  private static final int NOBODY = 0;

  /** PID_MAX_LIMIT of linux/threads.h: the kernel gives no such id. */
  private static final int ABOVE_REAL_IDS = 1 << 22;

  private static final int CLOCK_KIND_BITS = 3;
  private static final int CLOCK_KIND = 7;
  private static final int CLOCK_OF_DESCRIPTOR = 3;

  private final int pid;

  /** The real process that has the same virtual pid: ftrun. */
  private final int namesake;

  private final IdMap threads = new IdMap();

  /** Real pids that the process had before its takeovers. */
  private final Set<Integer> former = new HashSet<>();

  private final IdMap groups;
  private final IdMap sessions;

  /**
   * Ids of a process that leads no group of its own.
   *
   * @param virtualPid as the service is to know it
   * @param realPid as the kernel knows it
   */
  public VirtualIds(int virtualPid, int realPid) {
    this(virtualPid, realPid, NOBODY, new IdMap(), new IdMap());
  }

  private VirtualIds(int virtualPid, int realPid, int namesake, IdMap groups, IdMap sessions) {
    this.pid = virtualPid;
    this.namesake = namesake;
    this.groups = groups;
    this.sessions = sessions;
    threads.put(virtualPid, realPid);
  }

  /** Ids of the service's root process: its virtual pid is that of ftrun, the calling process. */
  public static VirtualIds ofRoot(int realPid) {
    int ftrun = (int) Libc.call(SyscallNumber.GETPID);
    return new VirtualIds(ftrun, realPid, ftrun, new IdMap(), new IdMap());
  }

  /**
   * Ids of a clone of the process: it is in the same group and session, and has only its main
   * thread as yet.
   */
  public VirtualIds ofClone(int realPid) {
    VirtualIds clone =
        new VirtualIds(pid, realPid, namesake, new IdMap(groups), new IdMap(sessions));
    clone.former.addAll(former);
    return clone;
  }

  /**
   * The process stands in for one that has died. Sockets and messages of that one's time still name
   * it by its real pid.
   */
  public void succeed(int deadPid) {
    former.add(deadPid);
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
    threads.put(virtualId, realId);
  }

  /**
   * The virtual id of a thread that is born: the real one, unless the service knows another thread
   * by it.
   */
  public int free(int realId) {
    int id = realId;
    for (int above = ABOVE_REAL_IDS; threads.hasVirtual(id); above++) {
      id = above;
    }
    return id;
  }

  /** A thread or process of the service is gone from this member. */
  public void remove(int virtualId) {
    threads.remove(virtualId);
  }

  /** Whether the service calls itself so, or one of its threads. */
  public boolean isOwn(int virtualId) {
    return virtualId == pid || threads.hasVirtual(virtualId);
  }

  /** What the kernel calls the thread or process that the service calls so. */
  public int real(int virtualId) {
    int real = threads.real(virtualId);
    return real == namesake ? virtualId : real;
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
    boolean own = realId == namesake || former.contains(realId) && !threads.hasReal(realId);
    return own ? pid : threads.virtual(realId);
  }

  /** What the service calls its parent: that of ftrun, while ftrun is the real one. */
  public int parent(int realParent) {
    boolean ftrun = realParent == namesake && namesake != NOBODY;
    return ftrun ? (int) Libc.call(SyscallNumber.GETPPID) : virtual(realParent);
  }

  /**
   * The process has become the leader of a group of its own.
   *
   * @param realGroup as the kernel knows it
   */
  public void leadGroup(int realGroup) {
    groups.put(pid, realGroup);
  }

  /** The process is in a group that it does not lead. */
  public void leaveGroup() {
    groups.remove(pid);
  }

  /**
   * The process has become the leader of a session, and so of a group, of its own.
   *
   * @param realSession as the kernel knows it
   */
  public void leadSession(int realSession) {
    sessions.put(pid, realSession);
    leadGroup(realSession);
  }

  /** As {@link #real}, of a process group. */
  public int realGroup(int virtualGroup) {
    return groups.real(virtualGroup);
  }

  /** As {@link #virtual}, of a process group. */
  public int virtualGroup(int realGroup) {
    return groups.virtual(realGroup);
  }

  /** As {@link #virtual}, of a session. */
  public int virtualSession(int realSession) {
    return sessions.virtual(realSession);
  }
}
