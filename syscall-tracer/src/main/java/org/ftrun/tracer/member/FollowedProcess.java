package org.ftrun.tracer.member;

import java.util.List;

/**
 * A process of the primary, for who follows the log: the events name its threads, the kernel has
 * its descriptors.
 *
 * @param pid the kernel's, at present
 * @param id by which the service knows it, the same in all members: the id of its first thread
 * @param threads ids of its threads in events, the first one first
 */
public record FollowedProcess(int pid, int id, List<Integer> threads) {
  /** Copies the list. */
  public FollowedProcess {
    threads = List.copyOf(threads);
  }
}
