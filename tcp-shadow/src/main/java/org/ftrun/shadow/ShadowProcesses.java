package org.ftrun.shadow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ftrun.eventlog.EventFlags;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.member.FollowedProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of the service whose descriptors are followed, and which of them each thread
 * belongs to. The first one, the root, stays for ever: a thread that nobody knows is the root's, so
 * the threads of a service with one process need not be known. Guarded by the {@link TcpShadow}
 * that owns it.
 */
final class ShadowProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowProcesses.class);

  /** A log that is not to be believed may tell of any number of births. */
  static final int MOST_PROCESSES = 4096;

  /** Threads of processes other than the root; also their native children, which have no events. */
  static final int MOST_THREADS = 1 << 16;

  private final TableRoom room = new TableRoom();

  /** In the order of their births. */
  private final List<ShadowProcess> all = new ArrayList<>();

  /** By the ids of their threads in events; of the root only by that of the first. */
  private final Map<Integer, ShadowProcess> threads = new HashMap<>();

  private final ShadowProcess root;
  private boolean complete = true;

  /**
   * Begins with some processes, of whose descriptors nothing is known.
   *
   * @param first the root first
   */
  ShadowProcesses(List<FollowedProcess> first) {
    root = new ShadowProcess(first.get(0).id(), room);
    all.add(root);
    threads.put(root.id, root);
    for (FollowedProcess followed : first.subList(1, first.size())) {
      if (hasRoom()) {
        ShadowProcess process = new ShadowProcess(followed.id(), room);
        add(process);
        followed.threads().forEach(thread -> addThread(thread, process));
      }
    }
  }

  /** Whether a call makes or ends a process or a thread, if it succeeds. */
  static boolean areChangedBy(int syscall) {
    return switch (syscall) {
      case SyscallNumber.CLONE,
          SyscallNumber.CLONE3,
          SyscallNumber.FORK,
          SyscallNumber.VFORK,
          SyscallNumber.EXIT,
          SyscallNumber.EXIT_GROUP ->
          true;
      default -> false;
    };
  }

  /** All of them, the root first, then in the order of their births. */
  List<ShadowProcess> all() {
    return Collections.unmodifiableList(all);
  }

  /** False from when there was a process or a thread too many: whose a call is may be wrong. */
  boolean isComplete() {
    return complete;
  }

  /** The process that a thread belongs to. */
  ShadowProcess ofThread(int thread) {
    return all.size() == 1 ? root : threads.getOrDefault(thread, root);
  }

  /** The process with an id in events; null if there is none. */
  ShadowProcess withId(int id) {
    return threads.get(id);
  }

  /**
   * Follows a call by which {@link #areChangedBy processes change}.
   *
   * @return whether it fits what is known
   */
  boolean follow(LoggedCall logged) {
    ShadowProcess caller = ofThread(logged.threadId());
    switch (logged.syscall()) {
      case SyscallNumber.EXIT_GROUP:
        end(caller);
        return true;
      case SyscallNumber.EXIT:
        // The first thread exits as the only one: protection ends where others would go on.
        if (logged.threadId() == caller.id) {
          end(caller);
        } else {
          threads.remove(logged.threadId());
        }
        return true;
      default:
        return logged.result() <= 0 || birth(caller, logged);
    }
  }

  private boolean birth(ShadowProcess parent, LoggedCall logged) {
    int born = (int) logged.result();
    ShadowProcess former = threads.get(born);
    boolean untoldEnd = former != null && former.id == born;
    if (born != logged.result() || untoldEnd && (former == root || former == parent)) {
      return false;
    }
    if (untoldEnd) {
      end(former);
    }
    threads.remove(born);
    if ((logged.flags() & EventFlags.CHILD_IS_MEMBER) != 0) {
      if (hasRoom()) {
        add(parent.bear(born));
      }
    } else if (parent != root && mayBeThread(logged.syscall())) {
      addThread(born, parent);
    }
    return !untoldEnd;
  }

  private static boolean mayBeThread(int syscall) {
    return syscall == SyscallNumber.CLONE || syscall == SyscallNumber.CLONE3;
  }

  private boolean hasRoom() {
    if (all.size() < MOST_PROCESSES) {
      return true;
    }
    leaveOut("processes");
    return false;
  }

  private void add(ShadowProcess process) {
    all.add(process);
    threads.put(process.id, process);
  }

  private void addThread(int thread, ShadowProcess process) {
    if (threads.size() < MOST_THREADS) {
      threads.put(thread, process);
    } else {
      leaveOut("threads");
    }
  }

  private void leaveOut(String what) {
    if (complete) {
      LOG.warn("the service has too many {} for its connections' bytes to be counted", what);
    }
    complete = false;
  }

  /** A process is gone. */
  void end(ShadowProcess process) {
    process.end();
    if (process != root) {
      all.remove(process);
      threads.values().removeIf(other -> other == process);
    }
  }
}
